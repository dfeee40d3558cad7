using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Execution;

/// <summary>Runs calls whose inputs are filled: counts what goes in and out, keeps slow runs off the socket threads and as many at once as there are cores.</summary>
internal sealed class Executor(ServerOptions options) : IDisposable
{
    // More runs at once than cores only make each of them slower.
    private readonly SemaphoreSlim _slowRuns = new(Math.Max(1, Environment.ProcessorCount / Math.Max(1, options.Threads)));

    /// <param name="model">The call's model.</param>
    /// <param name="call">Gets the outputs.</param>
    /// <param name="outputs">Indices of the outputs to compute; null: all.</param>
    /// <param name="cancellation">Ends the wait for a core and the run itself.</param>
    public async ValueTask RunAsync(ServedModel model, InferenceCall call, int[]? outputs, CancellationToken cancellation)
    {
        model.Drift.ObserveInputs(call);
        OutputSelection selection = model.RunOf(outputs);
        if (model.WillBeSlow(call)) await RunSlowlyAsync(call, selection, cancellation);
        // Over before a cancellation could reach it.
        else call.Run(selection, CancellationToken.None);
        model.Drift.ObserveOutputs(call, outputs ?? model.AllOutputs);
    }

    public void Dispose() => _slowRuns.Dispose();

    private async ValueTask RunSlowlyAsync(InferenceCall call, OutputSelection selection, CancellationToken cancellation)
    {
        await _slowRuns.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => call.Run(selection, cancellation), CancellationToken.None);
        }
        finally
        {
            _slowRuns.Release();
        }
    }
}
