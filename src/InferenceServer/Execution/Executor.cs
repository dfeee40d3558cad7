using System.Runtime.CompilerServices;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Execution;

/// <summary>Runs calls whose inputs are filled: counts what goes in and out, joins calls where that pays, keeps slow runs off the socket threads and as many at once as there are cores.</summary>
internal sealed class Executor(ServerOptions options, RequestMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim _slowRuns = new(RunsAtOnce(options));
    private Batcher? _batcher;
    private int _active;
    private int _waiting;

    /// <summary>
    /// Runs hold threads of the pool for as long as they take: slow ones, and joined ones as many again. Deadlines, disconnects and calls that answer at once must not wait for them, nor for
    /// the pool to notice, which takes it half a second.
    /// </summary>
    public static void ReserveThreads(ServerOptions options)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, (2 * RunsAtOnce(options)) + 1), completions);
    }

    /// <summary>Told at a request's beginning, before its body is read; <see cref="End"/> at its end.</summary>
    public void Begin() => Interlocked.Increment(ref _active);

    public void End() => Interlocked.Decrement(ref _active);

    /// <param name="model">The call's model.</param>
    /// <param name="call">Gets the outputs.</param>
    /// <param name="outputs">Indices of the outputs to compute; null: all.</param>
    /// <param name="cancellation">Ends the wait for a core and the run itself.</param>
    /// <param name="countInputs">False: the caller does, as it may run the same rows again.</param>
    /// <exception cref="RequestException">503: too many are waiting already.</exception>
    public ValueTask RunAsync(ServedModel model, InferenceCall call, int[]? outputs, CancellationToken cancellation, bool countInputs = true)
    {
        if (countInputs) model.Drift.ObserveInputs(call);
        OutputSelection selection = model.RunOf(outputs);
        bool slow = model.WillBeSlow(call);
        // Whoever is alone has nobody to be joined with.
        bool joins = model.Batches && (Volatile.Read(ref _active) > 1 || SocketThread.IsInCompany) && call.JoinableRows is > 0 and var rows && rows < RowsTogether(model) && BatcherOf(model).IsWorthIt();
        if (slow || joins) return WaitAndRunAsync(model, call, selection, outputs ?? model.AllOutputs, joins, cancellation);
        // Over before a cancellation could reach it.
        call.Run(selection, CancellationToken.None);
        model.Drift.ObserveOutputs(call, outputs ?? model.AllOutputs);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _slowRuns.Dispose();

    // More runs at once than cores only make each of them slower.
    private static int RunsAtOnce(ServerOptions options) => Math.Max(1, Environment.ProcessorCount / Math.Max(1, options.Threads));

    private int RowsTogether(ServedModel model) => Math.Min(options.BatchRows, model.MostRowsTogether);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAndRunAsync(ServedModel model, InferenceCall call, OutputSelection selection, int[] outputs, bool joins, CancellationToken cancellation)
    {
        if (joins) await BatcherOf(model).RunAsync(call, selection, cancellation);
        else await RunSlowlyAsync(call, selection, cancellation);
        model.Drift.ObserveOutputs(call, outputs);
    }

    private Batcher BatcherOf(ServedModel model)
    {
        if (_batcher is { } batcher) return batcher;
        Interlocked.CompareExchange(ref _batcher, new Batcher(model, RowsTogether(model), RunsAtOnce(options), options.QueuedRequests, metrics), null);
        return _batcher;
    }

    private async Task WaitForRunAsync(CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > options.QueuedRequests) throw Batcher.Full(options.QueuedRequests);
            await _slowRuns.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunSlowlyAsync(InferenceCall call, OutputSelection selection, CancellationToken cancellation)
    {
        if (!_slowRuns.Wait(0, CancellationToken.None)) await WaitForRunAsync(cancellation);
        try
        {
            ValueTask done = call.Pending.Begin(call, selection, cancellation);
            ThreadPool.UnsafeQueueUserWorkItem(call.Pending, preferLocal: false);
            await done;
        }
        finally
        {
            _slowRuns.Release();
        }
    }
}
