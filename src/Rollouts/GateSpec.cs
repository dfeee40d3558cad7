namespace Canario.Rollouts;

/// <summary>One gate as configured.</summary>
public sealed record GateSpec
{
    /// <summary>Unique in the plan.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="GateTypes"/>; a rollback's reason.</summary>
    public required string Type { get; init; }

    /// <summary>ErrorRate, Latency: highest share (0 to 1) of failed or slow requests. ShadowAgreement: of answers that differ from stable's. Quality: of classes that were wrong. Null: no absolute bound.</summary>
    public double? MaxShare { get; init; }

    /// <summary>ShadowAgreement: how far the numbers of the two answers may lie apart, as the mean over pairs of the pair's mean absolute difference. Null: any distance.</summary>
    public double? MaxMeanDifference { get; init; }

    /// <summary>ShadowAgreement: lowest rank correlation of the numbers of the two answers, 0 to 1. Null: any order.</summary>
    public double? MinRankCorrelation { get; init; }

    /// <summary>Confidence: how far the candidate's mean confidence may lie below stable's, 0 to 1. Null: no bound.</summary>
    public double? MaxDrop { get; init; }

    /// <summary>ErrorRate, Latency, Quality: the candidate's share, or mean error, may be at most this many times stable's. Null: no relative bound.</summary>
    public double? MaxRatioToStable { get; init; }

    /// <summary>ErrorRate, Latency: there is no bound; which side has the smaller share? Pass: surely the candidate. Fail: surely stable. MinSamples of each side are needed to say so.</summary>
    public bool FindsWinner { get; init; }

    /// <summary>Bounds that are tested at once, and share alpha evenly.</summary>
    internal int BoundsTested => Math.Max(1, (MaxShare is null ? 0 : 1) + (MaxRatioToStable is null ? 0 : 1) + (MaxMeanDifference is null ? 0 : 1) + (MinRankCorrelation is null ? 0 : 1));

    /// <summary>ErrorRate, Latency, Quality: a difference of shares from stable smaller than this is never a failure of the relative bound, however certain.</summary>
    public double MinDifference { get; init; } = 0.005;

    /// <summary>Latency: what counts as slow; for messages and for whoever measures.</summary>
    public TimeSpan? SlowerThan { get; init; }

    /// <summary>Query: what is asked, for whoever measures.</summary>
    public string? Query { get; init; }

    /// <summary>Query: highest value allowed. Quality: highest mean absolute error of predicted numbers. Null: no upper bound.</summary>
    public double? MaxValue { get; init; }

    /// <summary>Query: lowest value allowed. Null: no lower bound.</summary>
    public double? MinValue { get; init; }

    /// <summary>PredictionDrift, FeatureDrift: the statistic.</summary>
    public DriftStatistic Statistic { get; init; } = DriftStatistic.Psi;

    /// <summary>PredictionDrift, FeatureDrift: the statistic's value from which there is drift. PSI 0.25 and KS 0.1 are the customary ones.</summary>
    public double MaxDrift { get; init; } = 0.25;

    /// <summary>FeatureDrift: the features to watch; empty: all that have a baseline.</summary>
    public IReadOnlyList<string> Features { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;

    /// <summary>Requests (or values) of the candidate in the window below which the verdict is InsufficientData. A drift comparison needs as many on the other side.</summary>
    public long MinSamples { get; init; } = 100;

    /// <summary>Probability of a false failure over a whole rollout, however often one looks.</summary>
    public double Alpha { get; init; } = 0.01;

    public OnFail OnFail { get; init; } = OnFail.Rollback;

    public OnInsufficientData OnInsufficientData { get; init; } = OnInsufficientData.Wait;

    /// <summary>Judged and shown, never acted upon.</summary>
    public bool DryRun { get; init; }
}
