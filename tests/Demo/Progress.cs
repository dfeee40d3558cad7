using System.Diagnostics;
using System.Globalization;

namespace Canario.Demo;

/// <summary>What the demo says while it works: one line each, with the seconds since its start.</summary>
internal sealed class Progress
{
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public TimeSpan Elapsed => clock.Elapsed;

    public void Title(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n=== {text} ({clock.Elapsed.TotalSeconds:F0} s)"));

    public void Say(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{clock.Elapsed.TotalSeconds,6:F1} s] {text}"));
}
