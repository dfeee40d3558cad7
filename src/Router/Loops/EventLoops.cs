namespace Canario.Router.Loops;

/// <summary>One loop a core.</summary>
internal sealed class EventLoops(int count, TimeProvider time, ILogger logger) : IDisposable
{
    public IReadOnlyList<EventLoop> All { get; } = [.. Enumerable.Range(0, count).Select(i => new EventLoop(i, time, logger))];

    public void Dispose()
    {
        foreach (var loop in All) loop.Dispose();
    }
}
