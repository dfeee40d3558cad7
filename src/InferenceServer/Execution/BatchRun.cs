using Canario.Loops;

namespace Canario.InferenceServer.Execution;

/// <summary>
/// Runs batches one after the other, as long as calls wait: on the loop that saw the first of them, after each round of its events, or on the thread pool, behind what is queued there.
/// </summary>
/// <param name="batcher">Has the calls.</param>
/// <param name="loop">Null: the thread pool.</param>
internal sealed class BatchRun(Batcher batcher, EventLoop? loop) : IDeferred, IThreadPoolWorkItem
{
    // Each time, everything that has come is read once: reading more than that only delays those who wait.
    private const int MaximumYields = 4;

    private readonly EventLoop? _home = loop;
    private List<PendingCall>? _batch;
    private int _yields;
    private int _seen;

    /// <summary>Null: it is on the thread pool.</summary>
    public EventLoop? Loop { get; set; } = loop;

    /// <summary>Behind all that is waiting to be done.</summary>
    public void Schedule()
    {
        if (Loop is { } home) home.Defer(this);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Whether more calls have come since it last looked; not for ever.</summary>
    public bool WaitsForMore(int waiting)
    {
        if (waiting <= _seen || _yields >= MaximumYields) return false;
        _seen = waiting;
        _yields++;
        return true;
    }

    public void Resume()
    {
        if (_batch is null)
        {
            if (!batcher.TryTake(this, out List<PendingCall> batch)) return;
            if (batch.Count > 0) _batch = batch;
        }

        if (_batch is not null)
        {
            _yields = _seen = 0;
            if (Loop is not null && batcher.IsLong(_batch))
            {
                Loop = null;
            }
            else
            {
                List<PendingCall> batch = _batch;
                _batch = null;
                try
                {
                    batcher.Run(batch);
                }
                finally
                {
                    GoOn();
                }

                return;
            }
        }

        Schedule();
    }

    // The next batch may be a short one again: where the first call was seen.
    private void GoOn()
    {
        if (Loop == _home) Schedule();
        else if (batcher.TryReturn(this, _home!)) _home!.Post(Resume);
    }

    void IThreadPoolWorkItem.Execute() => Resume();
}
