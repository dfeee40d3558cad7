namespace Canario.Rollouts;

/// <summary>One name's distance from what it is compared with.</summary>
/// <param name="Size">The statistic, less what chance alone would show.</param>
/// <param name="ReferenceSamples">Sample size of the other side: stable's, or the baseline's.</param>
/// <param name="SharedWithStable">Stable drifts from its own baseline too; null: not known.</param>
/// <param name="StableSize">Stable's distance from its own baseline, where that was looked at.</param>
sealed record DriftComparison(string Name, double Size, double PValue, long Samples, long ReferenceSamples, bool? SharedWithStable, double? StableSize);
