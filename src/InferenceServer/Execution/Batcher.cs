using Canario.InferenceServer.Http;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Tensors;
using Canario.Loops;

namespace Canario.InferenceServer.Execution;

/// <summary>
/// Runs the calls of requests that are under way at the same time together. It never waits for a clock: it lets requests that have already
/// come be read, as long as there are some, and then runs what there is. On an idle server that is the one call, at once.
/// </summary>
/// <param name="model">Whose calls they are.</param>
/// <param name="maximumRows">Of one run.</param>
/// <param name="maximumRuns">At once.</param>
/// <param name="maximumWaiting">Calls that may wait for a run.</param>
/// <param name="metrics">Counts the rows of each run.</param>
internal sealed class Batcher(ServedModel model, int maximumRows, int maximumRuns, int maximumWaiting, RequestMetrics metrics)
{
    // While few calls come together, so many of each thousand or so are handed over to see whether that has changed.
    private const uint Trial = 32;
    private const uint BetweenTrials = 1024;

    // A hand-over to another thread costs less than that, but more than a small batch.
    private static readonly TimeSpan s_longestOnLoop = TimeSpan.FromMilliseconds(4);

    private readonly Lock _lock = new();
    private readonly List<PendingCall> _queue = [];
    private readonly List<BatchRun> _runs = [];
    private uint _passed;
    private double _callsTogether;
    private double _secondsOfElement = model.SecondsOfElement;

    /// <summary>Asked once for each call: whether handing it over is worth it, as long as enough of them come together. Of those for which it is not, it counts how many there were.</summary>
    public bool IsWorthIt() => Volatile.Read(ref _callsTogether) >= model.CallsWorthJoining || Interlocked.Increment(ref _passed) % BetweenTrials < Trial;

    /// <exception cref="RequestException">503: too many wait already.</exception>
    public ValueTask RunAsync(InferenceCall call, OutputSelection selection, CancellationToken cancellation)
    {
        ValueTask done = call.Pending.Begin(call, selection, cancellation);
        BatchRun? run;
        lock (_lock)
        {
            if (_queue.Count >= maximumWaiting) throw Full(maximumWaiting);
            _queue.Add(call.Pending);
            run = Start(EventLoop.Current);
        }

        run?.Schedule();
        return done;
    }

    public static RequestException Full(int waiting) =>
        new(StatusCodes.Status503ServiceUnavailable, $"{waiting} requests wait already; try again later");

    /// <param name="run">Asks.</param>
    /// <param name="batch">Empty: more may come, ask again when what is waiting to be done was done.</param>
    /// <returns>False: no call waits, the run has ended.</returns>
    public bool TryTake(BatchRun run, out List<PendingCall> batch)
    {
        batch = [];
        BatchRun? another = null;
        lock (_lock)
        {
            if (_queue.Count == 0)
            {
                _runs.Remove(run);
                return false;
            }

            if (_queue.Count < maximumRows && run.WaitsForMore(_queue.Count)) return true;
            TakeInto(batch);
            // More than one run takes; another thread may have nothing to do.
            if (_queue.Count > 0) another = Start(null);
        }

        another?.Schedule();
        return true;
    }

    /// <summary>How long they are expected to take: by what others took, and no less than a run takes at all.</summary>
    public TimeSpan Expect(List<PendingCall> batch) =>
        TimeSpan.FromSeconds(Math.Min(int.MaxValue, Math.Max(model.WarmUpRun.TotalSeconds, _secondsOfElement * batch.Sum(pending => pending.Call.ElementCount))));

    /// <summary>Whether a loop's other connections should not wait for them, and clients may leave meanwhile.</summary>
    public bool IsLong(List<PendingCall> batch) => Expect(batch) > s_longestOnLoop;

    /// <summary>Asked by a run that left its loop, after its batch.</summary>
    /// <returns>False: it has ended, since no call waits or another run is there.</returns>
    public bool TryReturn(BatchRun run, EventLoop home)
    {
        lock (_lock)
        {
            if (_queue.Count > 0 && !_runs.Exists(other => other.Loop == home))
            {
                run.Loop = home;
                return true;
            }

            _runs.Remove(run);
        }

        return false;
    }

    /// <param name="batch">Answered or failed, each of them, when this returns; on a loop, those that have to be run one by one soon after.</param>
    public void Run(List<PendingCall> batch)
    {
        for (int i = batch.Count - 1; i >= 0; i--)
        {
            if (!batch[i].Cancellation.IsCancellationRequested) continue;
            batch[i].Fail(new OperationCanceledException(batch[i].Cancellation));
            batch.RemoveAt(i);
        }

        if (batch.Count == 0) return;
        // Of several threads one may get lost.
        Volatile.Write(ref _callsTogether, _callsTogether + ((batch.Count - _callsTogether) / 4));
        metrics.CountBatch(batch.Sum(pending => pending.Rows));
        long elements = batch.Sum(pending => pending.Call.ElementCount);
        if (batch.Count > 1 && JoinedRun.TryRun(model, batch, IsLong(batch), out TimeSpan took))
        {
            _secondsOfElement += ((took.TotalSeconds / Math.Max(1, elements)) - _secondsOfElement) / 4;
            foreach (PendingCall pending in batch) pending.Complete();
            return;
        }

        if (batch.Count > 1 && EventLoop.Current is not null) ThreadPool.UnsafeQueueUserWorkItem(RunOneByOne, batch, preferLocal: false);
        else RunOneByOne(batch);
    }

    // Alone, each answers for its own input.
    private static void RunOneByOne(List<PendingCall> batch)
    {
        foreach (PendingCall call in batch) call.Execute();
    }

    // Under the lock. Null: those that there are will take the call; one on a loop is enough, since it does one thing after the other.
    private BatchRun? Start(EventLoop? loop)
    {
        if (_runs.Count >= maximumRuns || (loop is not null && _runs.Exists(other => other.Loop == loop))) return null;
        var run = new BatchRun(this, loop);
        _runs.Add(run);
        return run;
    }

    // Under the lock: the first call and all that fit to it, up to the limit; the others keep their order.
    private void TakeInto(List<PendingCall> batch)
    {
        PendingCall first = _queue[0];
        long rows = 0;
        int kept = 0;
        for (int i = 0; i < _queue.Count; i++)
        {
            PendingCall call = _queue[i];
            if (i == 0 || (rows + call.Rows <= maximumRows && call.Fits(first)))
            {
                batch.Add(call);
                rows += call.Rows;
            }
            else
            {
                _queue[kept++] = call;
            }
        }

        _queue.RemoveRange(kept, _queue.Count - kept);
    }
}
