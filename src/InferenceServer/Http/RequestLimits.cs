namespace Canario.InferenceServer.Http;

/// <summary>What one request may cost.</summary>
internal sealed record RequestLimits
{
    public long MaximumBodyBytes { get; init; } = 32L << 20;
    public int MaximumRows { get; init; } = 4096;
    public int MaximumStringBytes { get; init; } = 64 << 10;
}
