namespace Canario.LocalCluster;

public sealed record LocalNodeOptions
{
    /// <summary>Longest wait for each component to answer.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Receives a line for each step. Null: standard error.</summary>
    public Action<string>? Progress { get; init; }
}
