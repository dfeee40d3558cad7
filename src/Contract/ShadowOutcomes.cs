namespace Canario.Contract;

/// <summary>Values of <see cref="MetricLabels.Outcome"/> in <see cref="MetricNames.ShadowPairs"/>.</summary>
public static class ShadowOutcomes
{
    /// <summary>The same labels in the same shape.</summary>
    public const string Agreed = "agreed";
    /// <summary>Another label, or another shape.</summary>
    public const string Disagreed = "disagreed";
    /// <summary>Stable answered 2xx; the candidate answered otherwise, or not at all.</summary>
    public const string CandidateFailed = "candidate_failed";
    public const string StableFailed = "stable_failed";
    public const string BothFailed = "both_failed";
    /// <summary>Both answered 2xx, with something that is no prediction in JSON, or too large.</summary>
    public const string NotComparable = "not_comparable";
}
