using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>A run that computes some of a model's outputs, in an order.</summary>
internal sealed class OutputSelection(PreparedRun run, ValueInfo[] outputs) : IDisposable
{
    public PreparedRun Run { get; } = run;
    public ValueInfo[] Outputs { get; } = outputs;

    /// <summary>Some outputs are maps, which become tensors after the run.</summary>
    public bool HasMaps { get; } = outputs.Any(output => output.Map is not null);

    public void Dispose() => Run.Dispose();
}
