using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

[Rule("!(self.type in ['ErrorRate', 'Latency']) || has(self.max) || has(self.maxRatioToStable)", "type ErrorRate and Latency need max, maxRatioToStable or both")]
[Rule("!(self.type in ['ErrorRate', 'Latency', 'ShadowAgreement', 'Confidence']) || !has(self.max) || self.max <= 1.0", "max of this type is from 0 to 1")]
[Rule("self.type == 'Latency' ? has(self.bound) : !has(self.bound)", "bound is required with type Latency and not allowed with the others")]
[Rule("self.type in ['ErrorRate', 'Latency', 'Quality'] || !has(self.maxRatioToStable)", "maxRatioToStable needs type ErrorRate, Latency or Quality")]
[Rule("self.type in ['PredictionDrift', 'FeatureDrift'] || !has(self.statistic)", "statistic needs type PredictionDrift or FeatureDrift")]
[Rule("!has(self.statistic) || self.statistic != 'KolmogorovSmirnov' || !has(self.max) || self.max <= 1.0", "max of KolmogorovSmirnov is a distance from 0 to 1")]
[Rule("self.type == 'FeatureDrift' || !has(self.features)", "features needs type FeatureDrift")]
[Rule("self.type != 'ShadowAgreement' || has(self.max) || has(self.maxMeanDifference) || has(self.min)", "type ShadowAgreement needs max, maxMeanDifference or min")]
[Rule("self.type != 'Confidence' || has(self.max)", "type Confidence needs max")]
[Rule("self.type == 'ShadowAgreement' || !has(self.maxMeanDifference)", "maxMeanDifference needs type ShadowAgreement")]
[Rule("self.type != 'Quality' || has(self.min) != has(self.max) || (has(self.maxRatioToStable) && !has(self.min))", "type Quality needs min, max or maxRatioToStable, and not both of min and max")]
[Rule("self.type == 'Query' || !has(self.max) || (self.max >= 0.0 && (self.max <= 100.0 || self.type == 'Quality'))", "max is from 0 to 100, but with type Query")]
[Rule("self.type == 'Query' ? has(self.query) && (has(self.max) || has(self.min)) : !has(self.query)", "type Query needs query, and max, min or both; query needs type Query")]
[Rule("self.type == 'Query' || !has(self.min) || (self.type in ['Quality', 'ShadowAgreement'] && self.min >= 0.0 && self.min <= 1.0)", "min needs type Query, or Quality or ShadowAgreement from 0 to 1")]
sealed record GateSettings
{
    [Schema("Unique among the gates; steps name it.", Required = true, MinLength = 1, MaxLength = 63, Pattern = Limits.NamePattern)]
    public string Name { get; set; } = "";

    [Schema("ErrorRate: share of 5xx answers. Latency: share slower than bound. FeatureDrift, PredictionDrift: distance of what comes in or goes out from the training or from stable. ShadowAgreement: share of copied requests answered otherwise than stable; with strategy Shadow. Confidence: drop of the mean largest class probability against stable. Quality: how right predictions turned out, by /feedback. Query: a number that PromQL of yours gives; with Prometheus.",
        Required = true)]
    [Values(GateTypes.ErrorRate, GateTypes.Latency, GateTypes.FeatureDrift, GateTypes.PredictionDrift, GateTypes.ShadowAgreement, GateTypes.Confidence, GateTypes.Quality, GateTypes.Query)]
    public string Type { get; set; } = "";

    [Schema("Highest value allowed. ErrorRate, Latency, ShadowAgreement: a share from 0 to 1. Confidence: a drop from 0 to 1. Drift: the statistic; default 0.25 for Psi, 0.1 for KolmogorovSmirnov. Quality: mean absolute error of numbers. Query: any number.",
        Minimum = -1e12, Maximum = 1e12)]
    public double? Max { get; set; }

    [Schema("Lowest value allowed. Quality: accuracy of classes, 0 to 1. ShadowAgreement: rank correlation, 0 to 1. Query: any number.", Minimum = -1e12, Maximum = 1e12)]
    public double? Min { get; set; }

    [Schema("Query: PromQL that gives one number. {{namespace}}, {{model}}, {{revision}} (the new one), {{stable}} and {{window}} (since the step began, such as 90s, for a range) are put in.", MaxLength = Limits.QueryLength)]
    public string? Query { get; set; }

    [Schema("ShadowAgreement: how far the numbers of the two answers may lie apart, as the mean over requests of each one's mean absolute difference.", Minimum = 0, Maximum = 1e12)]
    public double? MaxMeanDifference { get; set; }

    [Schema("ErrorRate, Latency, Quality: the new revision's share (of wrong classes; or mean error) may be at most this many times stable's, such as 1.5.", Minimum = 1, Maximum = 1000)]
    public double? MaxRatioToStable { get; set; }

    [Schema("Latency: what counts as slow. One of the histogram's bounds: 1, 2, 5, 10, 20, 50, 100, 200, 500ms, 1, 2, 5, 10 or 30s.",
        MaxLength = Limits.DurationLength, Pattern = Limits.DurationPattern)]
    [Rule("duration(self) in [duration('1ms'), duration('2ms'), duration('5ms'), duration('10ms'), duration('20ms'), duration('50ms'), duration('100ms'), duration('200ms'), duration('500ms'), duration('1s'), duration('2s'), duration('5s'), duration('10s'), duration('30s')]",
        "must be one of 1ms, 2ms, 5ms, 10ms, 20ms, 50ms, 100ms, 200ms, 500ms, 1s, 2s, 5s, 10s, 30s")]
    public string? Bound { get; set; }

    [Schema("Drift: Psi (population stability index, the default) or KolmogorovSmirnov (largest difference of the cumulative shares).")]
    [Values(nameof(DriftStatistic.Psi), nameof(DriftStatistic.KolmogorovSmirnov))]
    public string? Statistic { get; set; }

    [Schema("FeatureDrift: features to watch. Default: all that have a baseline.", MaxItems = Limits.Features, Set = true)]
    public IReadOnlyList<string>? Features { get; set; }

    [Schema("Requests, values, or pairs of answers, below which the verdict is InsufficientData.", Minimum = 1, Maximum = 1_000_000_000)]
    public long MinSamples { get; set; } = 100;

    [Schema("Rollback: stable gets the traffic back and the revision is rejected. Hold: the step is not left. Alert: only told.")]
    [Values(nameof(Rollouts.OnFail.Rollback), nameof(Rollouts.OnFail.Hold), nameof(Rollouts.OnFail.Alert))]
    public string OnFail { get; set; } = nameof(Rollouts.OnFail.Rollback);

    [Schema("Wait: until the step's deadline, then paused. Pass: lack of data passes. Rollback: rolled back at the step's deadline.")]
    [Values(nameof(Rollouts.OnInsufficientData.Wait), nameof(Rollouts.OnInsufficientData.Pass), nameof(Rollouts.OnInsufficientData.Rollback))]
    public string OnInsufficientData { get; set; } = nameof(Rollouts.OnInsufficientData.Wait);

    [Schema("Judged and shown, never acted upon.")]
    public bool DryRun { get; set; }
}
