using System.Diagnostics;
using System.Globalization;

namespace Canario.Demo;

/// <summary>What the demo says while it works: one line each, with the seconds since its start.</summary>
/// <param name="of">Stands before each line, where several say what they do at a time.</param>
internal sealed class Progress(string of = "")
{
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public TimeSpan Elapsed => clock.Elapsed;

    public void Title(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n=== {of}{text} ({clock.Elapsed.TotalSeconds:F0} s)"));

    public void Say(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{clock.Elapsed.TotalSeconds,6:F1} s] {of}{text}"));
}
