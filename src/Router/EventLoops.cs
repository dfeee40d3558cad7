using Canario.Loops;

namespace Canario.Router;

/// <summary>One loop a core for users, and one for copies of their requests: a user waits for no copy that is sent or answered on the same thread.</summary>
internal sealed class EventLoops(int count, TimeProvider time, ILogger logger) : IDisposable
{
    public IReadOnlyList<EventLoop> All { get; } = [.. Enumerable.Range(0, count + 1).Select(i => new EventLoop(i, time, logger))];

    public IEnumerable<EventLoop> OfUsers => All.Take(count);

    public EventLoop OfCopies => All[count];

    public void Dispose()
    {
        foreach (var loop in All) loop.Dispose();
    }
}
