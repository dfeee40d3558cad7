using System.Collections.Concurrent;

namespace Canario.Router.Forwarding;

/// <summary>One timer for all deadlines: a timer a request would cost more than the forwarding itself. Deadlines are met within <see cref="Interval"/>.</summary>
internal sealed class Sweeper : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<UpstreamPool, bool> _pools = new();
    private readonly ITimer _timer;

    public Sweeper(TimeProvider time) => _timer = time.CreateTimer(static s => ((Sweeper)s!).Sweep(), this, Interval, Interval);

    public void Add(UpstreamPool pool) => _pools.TryAdd(pool, true);

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        foreach (var (pool, _) in _pools)
        {
            pool.Sweep();
            if (!pool.IsFinished) continue;
            _pools.TryRemove(pool, out _);
            // A request that chose the endpoint before it went may have connected just now.
            if (!pool.IsFinished) Add(pool);
        }
    }
}
