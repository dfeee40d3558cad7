namespace Canario.Operator.Hosting;

/// <summary>
/// Gives memory back once a burst of work is over. A thousand reconciles leave garbage that nothing at rest would ever collect, since at rest nothing is
/// allocated; it would count against the pod's limit, and the node, for days.
/// </summary>
static class MemoryTrim
{
    private const long Little = 50;

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(10);

    /// <param name="workDone">A count that rises with each piece of work.</param>
    public static async Task RunAsync(Func<long> workDone, TimeProvider time, CancellationToken cancellationToken)
    {
        var (seen, trimmed) = (0L, -Little - 1);
        while (true)
        {
            await Task.Delay(s_quiet, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            var now = workDone();
            // Some work is always done while rollouts run; a burst is over when there is little.
            if (now - seen <= Little && now - trimmed > Little)
            {
                // Some 50 ms of one thread, at a moment when nobody waits.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                trimmed = now;
            }

            seen = now;
        }
    }
}
