using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>One feature's or output's counts on both sides in the same window, and the training baselines.</summary>
public sealed record DistributionSample
{
    /// <summary>Feature or output.</summary>
    public required string Name { get; init; }

    public required Histogram Candidate { get; init; }

    public Histogram Stable { get; init; } = Histogram.Empty;

    /// <summary>What the candidate's training saw; empty when it has none.</summary>
    public Histogram CandidateBaseline { get; init; } = Histogram.Empty;

    public Histogram StableBaseline { get; init; } = Histogram.Empty;
}
