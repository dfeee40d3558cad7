using System.Globalization;

namespace Canario.LocalCluster;

/// <summary>Lines of progress, each with the seconds since the start.</summary>
internal sealed class Steps(Action<string> write, TimeProvider time, TimeSpan? reminder = null)
{
    private readonly long started = time.GetTimestamp();
    private readonly TimeSpan reminder = reminder ?? TimeSpan.FromSeconds(20);

    public void Say(string text) =>
        write(string.Create(CultureInfo.InvariantCulture, $"[{time.GetElapsedTime(started).TotalSeconds,6:0.0} s] {text}"));

    /// <summary>Says what begins, and until it ends again and again what it is at: minutes of silence look like a hang.</summary>
    public async Task DuringAsync(string what, Task work, Func<string>? at = null)
    {
        Say(what);
        while (await Task.WhenAny(work, Task.Delay(reminder, time)) != work)
            Say($"{what}: {at?.Invoke() ?? "still at it"}");
        await work;
    }
}
