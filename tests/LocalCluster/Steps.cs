using System.Globalization;

namespace Canario.LocalCluster;

/// <summary>Lines of progress, each with the seconds since the start.</summary>
internal sealed class Steps(Action<string> write, TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    public void Say(string text) =>
        write(string.Create(CultureInfo.InvariantCulture, $"[{time.GetElapsedTime(started).TotalSeconds,6:0.0} s] {text}"));
}
