using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Tensors;
using Canario.Loops;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Execution;

/// <summary>
/// Runs the calls of requests that are under way at the same time together. It never waits for a clock: it lets requests that have already
/// come be read, as long as there are some, and then runs what there is. On an idle server that is the one call, at once.
/// </summary>
/// <param name="model">Whose calls they are.</param>
/// <param name="maximumRows">Of one run.</param>
/// <param name="maximumRuns">At once.</param>
/// <param name="metrics">Counts the rows of each run.</param>
internal sealed class Batcher(ServedModel model, int maximumRows, int maximumRuns, RequestMetrics metrics) : IThreadPoolWorkItem, IDeferred
{
    // Each time, everything that the thread pool has waiting is done once: reading more than that only delays those who wait.
    private const int MaximumYields = 4;

    // While few calls come together, so many of each thousand or so are handed over to see whether that has changed.
    private const uint Trial = 32;
    private const uint BetweenTrials = 1024;

    private readonly Lock _lock = new();
    private readonly List<PendingCall> _queue = [];
    private int _runs;
    private int _yields;
    private int _seen;
    private uint _passed;
    private double _callsTogether;

    /// <summary>Asked once for each call: whether handing it over is worth it, as long as enough of them come together. Of those for which it is not, it counts how many there were.</summary>
    public bool IsWorthIt() => Volatile.Read(ref _callsTogether) >= model.CallsWorthJoining || Interlocked.Increment(ref _passed) % BetweenTrials < Trial;

    public ValueTask RunAsync(InferenceCall call, OutputSelection selection, CancellationToken cancellation)
    {
        ValueTask done = call.Pending.Begin(call, selection, cancellation);
        bool start;
        lock (_lock)
        {
            _queue.Add(call.Pending);
            start = _runs < maximumRuns;
            if (start) _runs++;
        }

        if (start) Schedule();
        return done;
    }

    void IThreadPoolWorkItem.Execute() => Resume();

    /// <summary>Of one run.</summary>
    public void Resume()
    {
        List<PendingCall>? batch = null;
        lock (_lock)
        {
            if (_queue.Count == 0)
            {
                _runs--;
                return;
            }

            if (_queue.Count > _seen && _queue.Count < maximumRows && _yields < MaximumYields)
            {
                _seen = _queue.Count;
                _yields++;
            }
            else
            {
                _seen = 0;
                _yields = 0;
                batch = TakeBatch();
            }
        }

        if (batch is not null) Run(batch);
        Schedule();
    }

    // Behind all that is waiting to be done.
    private void Schedule()
    {
        if (EventLoop.Current is { } loop) loop.Defer(this);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The first call and all that fit to it, up to the limit; the others keep their order.</summary>
    private List<PendingCall> TakeBatch()
    {
        PendingCall first = _queue[0];
        var batch = new List<PendingCall>();
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
        return batch;
    }

    private void Run(List<PendingCall> batch)
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
        if (batch.Count == 1 || !TryRunTogether(batch))
        {
            // Alone, each answers for its own input.
            foreach (PendingCall call in batch) call.Execute();
        }
    }

    private bool TryRunTogether(List<PendingCall> batch)
    {
        InferenceCall joined = model.Rent();
        OnnxValue[] outputs;
        try
        {
            Join(batch, joined);
            joined.Run(batch[0].Selection);
            if (!HaveRows(joined, joined.JoinableRows)) return false;
            outputs = joined.TakeOutputs();
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
        finally
        {
            model.Return(joined);
        }

        Split(batch, outputs);
        return true;
    }

    /// <summary>A model may still answer more or fewer rows than it was given, for some inputs.</summary>
    private static bool HaveRows(InferenceCall joined, long rows)
    {
        for (int i = 0; i < joined.OutputCount; i++)
        {
            joined.Outputs[i]!.ReadTensorType(out long[] shape);
            if (shape.Length == 0 || shape[0] != rows) return false;
        }

        return true;
    }

    private static void Join(List<PendingCall> batch, InferenceCall joined)
    {
        for (int i = 0; i < joined.Inputs.Length; i++)
        {
            InputTensor target = joined.Inputs[i];
            long[] shape = batch[0].Call.Inputs[i].Shape.ToArray();
            shape[0] = batch.Sum(pending => pending.Call.Inputs[i].Rows);
            target.SetShape(shape);
            Span<byte> rest = target.Elements<byte>((int)target.ElementCount);
            foreach (PendingCall pending in batch)
            {
                InputTensor source = pending.Call.Inputs[i];
                ReadOnlySpan<byte> rows = source.Elements<byte>((int)source.ElementCount);
                rows.CopyTo(rest);
                rest = rest[rows.Length..];
            }
        }
    }

    private static void Split(List<PendingCall> batch, OnnxValue[] outputs)
    {
        SharedTensor[] shared = [.. outputs.Select(output => output.Share())];
        int row = 0;
        foreach (PendingCall pending in batch)
        {
            int rows = (int)pending.Rows;
            pending.Call.SetOutputs(shared, row, rows);
            row += rows;
        }

        foreach (SharedTensor tensor in shared) tensor.Dispose();
        foreach (PendingCall pending in batch) pending.Complete();
    }
}
