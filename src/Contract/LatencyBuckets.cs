namespace Canario.Contract;

/// <summary>Upper bounds of every latency histogram. A Latency gate's bound must be one of them: the share of slower requests is then exact, not interpolated.</summary>
public static class LatencyBuckets
{
    /// <summary>Seconds, ascending; the implicit last bucket is +Inf.</summary>
    public static IReadOnlyList<double> Seconds { get; } =
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
}
