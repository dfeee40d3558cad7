namespace Canario.InferenceServer.Http;

/// <summary>What one request may cost.</summary>
internal sealed record RequestLimits
{
    /// <summary>Of clients, HTTP and gRPC together. One whose request is under way holds some tens of KiB.</summary>
    public int MaximumConnections { get; init; } = 10_000;
    public long MaximumBodyBytes { get; init; } = 32L << 20;
    public int MaximumRows { get; init; } = 4096;
    /// <summary>Of a stream of rows, which has no length of its own.</summary>
    public int MaximumLineBytes { get; init; } = 1 << 20;
    public int MaximumStringBytes { get; init; } = 64 << 10;
}
