namespace Canario.OnnxRuntime;

/// <summary>How a session runs.</summary>
public sealed record SessionOptions
{
    /// <summary>Threads that share one operator; 0: one a physical core, 1: the calling thread only.</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>Threads that run operators side by side. The graph is run in sequence, so 1 is enough.</summary>
    public int InterOpThreads { get; init; } = 1;

    public GraphOptimization GraphOptimization { get; init; } = GraphOptimization.All;

    /// <summary>Keys of onnxruntime_session_options_config_keys.h, for instance <c>session.intra_op.allow_spinning</c>.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();
}
