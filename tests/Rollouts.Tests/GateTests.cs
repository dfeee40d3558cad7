namespace Canario.Rollouts.Tests;

public sealed class GateTests
{
    const double Alpha = 0.01;

    static readonly GateSpec Absolute = new() { Name = "errors", Type = GateTypes.ErrorRate, MaxShare = 0.02 };
    static readonly GateSpec Relative = new() { Name = "slow", Type = GateTypes.Latency, MaxRatioToStable = 1.5 };
    static readonly GateSpec Predictions = new() { Name = "predictions", Type = GateTypes.PredictionDrift };
    static readonly GateSpec Features = new() { Name = "features", Type = GateTypes.FeatureDrift };

    [Theory]
    [InlineData(1000, 10, Verdict.Pass)]
    [InlineData(1000, 60, Verdict.Fail)]
    [InlineData(1000, 24, Verdict.Inconclusive)]
    [InlineData(99, 0, Verdict.InsufficientData)]
    [InlineData(0, 0, Verdict.InsufficientData)]
    [InlineData(20, 20, Verdict.Fail)] // Nobody waits for 100 samples of this.
    public void An_absolute_bound_is_judged(long requests, long failed, Verdict expected) =>
        Assert.Equal(expected, GateEvaluators.Evaluate(Absolute, Plans.Rates(requests, failed, 0, 0), Alpha).Verdict);

    [Theory]
    [InlineData(120, 31, 480, 124, Verdict.Inconclusive)] // A machine that stood still for four seconds.
    [InlineData(120, 31, 480, 9, Verdict.Fail)]
    [InlineData(120, 31, 480, 24, Verdict.Fail)] // Stable is beyond the bound as well, and surely the better one.
    [InlineData(1000, 60, 9000, 270, Verdict.Fail)]
    [InlineData(1000, 60, 9000, 500, Verdict.Inconclusive)]
    [InlineData(1000, 60, 100, 4, Verdict.Fail)] // Stable's may be chance.
    [InlineData(1000, 60, 0, 0, Verdict.Fail)]
    [InlineData(1000, 10, 9000, 900, Verdict.Pass)]
    public void An_absolute_bound_that_stable_breaks_too_is_no_reason_to_go_back(long requests, long failed, long stable, long stableFailed, Verdict expected) =>
        Assert.Equal(expected, GateEvaluators.Evaluate(Absolute, Plans.Rates(requests, failed, stable, stableFailed), Alpha).Verdict);

    [Fact]
    public void A_doubt_says_that_stable_is_as_bad()
    {
        var result = GateEvaluators.Evaluate(Absolute, Plans.Rates(1000, 60, 9000, 500), Alpha);
        Assert.Equal("candidate 6 % failed (60 of 1000), stable 5.56 % failed (500 of 9000): both beyond the bound.", result.Message);
        Assert.True(result.SharedWithStable);
        // Before there are enough samples to let a step go, as well.
        Assert.Equal(Verdict.Inconclusive, GateEvaluators.Evaluate(Absolute, Plans.Rates(60, 31, 240, 124), Alpha).Verdict);
        // Surely the better side: no time makes it the cause.
        Assert.False(GateEvaluators.Evaluate(Absolute, Plans.Rates(1000, 60, 9000, 1800), Alpha).SharedWithStable);
        // What does not take anybody back does what it is for.
        Assert.Equal(Verdict.Fail, GateEvaluators.Evaluate(Absolute with { OnFail = OnFail.Alert }, Plans.Rates(1000, 60, 9000, 500), Alpha).Verdict);
        Assert.Equal(Verdict.Fail, GateEvaluators.Evaluate(Absolute with { OnFail = OnFail.Hold }, Plans.Rates(1000, 60, 9000, 500), Alpha).Verdict);
        // Before it, there is nothing in the same window to compare with.
        Assert.Equal(Verdict.Fail, GateEvaluators.Evaluate(Absolute, Plans.Rates(1000, 60, 9000, 500, concurrent: false), Alpha).Verdict);
    }

    [Theory]
    [InlineData(1000, 10, 9000, 90, Verdict.Pass)]
    [InlineData(1000, 60, 9000, 90, Verdict.Fail)]
    [InlineData(1000, 17, 9000, 90, Verdict.Inconclusive)]
    [InlineData(100000, 300, 900000, 900, Verdict.Pass)] // Three times as many, but 0.2 % more is below MinDifference.
    [InlineData(1000, 300, 9000, 2700, Verdict.Pass)] // Bad, but stable is as bad: no reason to go back.
    [InlineData(99, 0, 9000, 90, Verdict.InsufficientData)]
    [InlineData(1000, 10, 0, 0, Verdict.InsufficientData)]
    public void A_bound_relative_to_stable_is_judged(long requests, long slow, long stable, long stableSlow, Verdict expected) =>
        Assert.Equal(expected, GateEvaluators.Evaluate(Relative, Plans.Rates(requests, slow, stable, stableSlow), Alpha).Verdict);

    [Fact]
    public void In_the_bake_the_candidate_is_compared_with_what_stable_did_before()
    {
        Assert.Equal(Verdict.Fail, GateEvaluators.Evaluate(Relative, Plans.Rates(2000, 200, 9000, 90, concurrent: false), Alpha).Verdict);
        Assert.Equal(Verdict.Pass, GateEvaluators.Evaluate(Relative, Plans.Rates(2000, 20, 9000, 90, concurrent: false), Alpha).Verdict);
    }

    [Fact]
    public void A_failure_says_value_bound_and_sample_size()
    {
        var result = GateEvaluators.Evaluate(Absolute, Plans.Rates(1000, 60, 9000, 90), Alpha);
        Assert.Equal("candidate 6 % failed (60 of 1000), above the bound of 2 %; stable 1 % failed (90 of 9000).", result.Message);
        Assert.Equal((0.06, 0.02, 1000), (result.Value!.Value, result.Threshold!.Value, result.Samples));
        Assert.InRange(result.EffectLow!.Value, 0.02, 0.06);
        Assert.InRange(result.EffectHigh!.Value, 0.06, 0.12);
    }

    [Fact]
    public void No_data_a_provider_error_and_nonsense_are_three_different_things_and_none_of_them_is_a_failure()
    {
        Assert.Equal(Verdict.InsufficientData, GateEvaluators.Evaluate(Absolute, NoData.Instance, Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, GateEvaluators.Evaluate(Absolute, new ProviderError("timeout"), Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, GateEvaluators.Evaluate(Absolute, Plans.Rates(1, 2, 0, 0), Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, GateEvaluators.Evaluate(Absolute, new DriftMeasurement([]), Alpha).Verdict);
    }

    [Fact]
    public void Predictions_that_differ_from_stables_on_the_same_traffic_fail()
    {
        var result = Drift(Predictions, new DistributionSample { Name = "churn", Candidate = Plans.Bins(100, 900), Stable = Plans.Bins(4500, 4500) });
        Assert.Equal(Verdict.Fail, result.Verdict);
        Assert.False(result.SharedWithStable);
        Assert.StartsWith("1 of 1 drift on the candidate: churn PSI 0.8", result.Message, StringComparison.Ordinal);
        Assert.Contains("(n 1000 and 9000); bound 0.25.", result.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Pass, Drift(Predictions, new DistributionSample { Name = "churn", Candidate = Plans.Bins(480, 520), Stable = Plans.Bins(4500, 4500) }).Verdict);
    }

    [Fact]
    public void Predictions_with_other_bins_are_each_compared_with_their_own_baseline()
    {
        var sample = new DistributionSample
        {
            Name = "churn",
            Candidate = Plans.Bins(100, 100, 800),
            CandidateBaseline = Plans.Bins(5000, 3000, 2000),
            Stable = Plans.Bins(4500, 4500),
            StableBaseline = Plans.Bins(5000, 5000),
        };
        Assert.Equal(Verdict.Fail, Drift(Predictions, sample).Verdict);
        Assert.True(Drift(Predictions, sample with { Stable = Plans.Bins(500, 8500) }).SharedWithStable);
    }

    [Fact]
    public void Features_that_drift_on_both_sides_are_the_worlds_doing()
    {
        var sample = new DistributionSample
        {
            Name = "age",
            Candidate = Plans.Bins(100, 900),
            CandidateBaseline = Plans.Bins(5000, 5000),
            Stable = Plans.Bins(900, 8100),
            StableBaseline = Plans.Bins(5000, 5000),
        };
        var shared = Drift(Features, sample);
        Assert.Equal((Verdict.Fail, true), (shared.Verdict, shared.SharedWithStable));
        Assert.Contains("on both sides", shared.Message, StringComparison.Ordinal);

        var own = Drift(Features, sample with { Stable = Plans.Bins(4500, 4500) });
        Assert.Equal((Verdict.Fail, false), (own.Verdict, own.SharedWithStable));

        // Whose it is cannot be told without stable's traffic.
        Assert.Equal(Verdict.Inconclusive, Drift(Features, sample with { Stable = Plans.Bins(5, 45) }).Verdict);
    }

    [Fact]
    public void Drift_needs_enough_values_on_both_sides()
    {
        Assert.Equal(Verdict.InsufficientData, Drift(Predictions, new DistributionSample { Name = "churn", Candidate = Plans.Bins(0, 99), Stable = Plans.Bins(4500, 4500) }).Verdict);
        Assert.Equal(Verdict.InsufficientData, Drift(Predictions, new DistributionSample { Name = "churn", Candidate = Plans.Bins(0, 1000), Stable = Plans.Bins(50, 49) }).Verdict);
        Assert.Equal(Verdict.InsufficientData, GateEvaluators.Evaluate(Predictions, new DriftMeasurement([]), Alpha).Verdict);
    }

    [Fact]
    public void Kolmogorov_Smirnov_is_judged_by_its_own_bound_and_only_named_features_are_watched()
    {
        var gate = Features with { Statistic = DriftStatistic.KolmogorovSmirnov, MaxDrift = 0.2, Features = ["age"] };
        DistributionSample Sample(string name, long low) => new()
        {
            Name = name,
            Candidate = Plans.Bins(low, 1000 - low),
            CandidateBaseline = Plans.Bins(5000, 5000),
            Stable = Plans.Bins(4500, 4500),
            StableBaseline = Plans.Bins(5000, 5000),
        };
        Assert.Equal(Verdict.Pass, Drift(gate, Sample("age", 400), Sample("income", 0)).Verdict);
        Assert.Equal(Verdict.Fail, Drift(gate, Sample("age", 250), Sample("income", 500)).Verdict);
    }

    [Fact]
    public void A_shared_drift_is_told_and_never_rolls_back()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Features));
        cluster.Measurements["features"] = new DriftMeasurement([new()
        {
            Name = "age",
            Candidate = Plans.Bins(100, 900),
            CandidateBaseline = Plans.Bins(5000, 5000),
            Stable = Plans.Bins(900, 8100),
            StableBaseline = Plans.Bins(5000, 5000),
        }]);
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
        Assert.True(Assert.Single(cluster.State.Gates).SharedWithStable);
    }

    static GateResult Drift(GateSpec gate, params DistributionSample[] samples) => GateEvaluators.Evaluate(gate, new DriftMeasurement(samples), Alpha);
}
