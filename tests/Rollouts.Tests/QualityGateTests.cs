namespace Canario.Rollouts.Tests;

public sealed class QualityGateTests
{
    const double Alpha = 0.01;

    static readonly GateSpec Accuracy = new() { Name = "quality", Type = GateTypes.Quality, MaxShare = 0.1 };
    static readonly GateSpec Relative = new() { Name = "quality", Type = GateTypes.Quality, MaxRatioToStable = 1.5 };
    static readonly GateSpec Error = new() { Name = "quality", Type = GateTypes.Quality, MaxValue = 10 };

    [Theory]
    [InlineData(1000, 80, Verdict.Pass)]
    [InlineData(1000, 100, Verdict.Pass)] // At the bound is within it.
    [InlineData(1000, 110, Verdict.Inconclusive)]
    [InlineData(1000, 160, Verdict.Fail)]
    [InlineData(99, 0, Verdict.InsufficientData)]
    [InlineData(20, 20, Verdict.Fail)] // Nobody waits for 100 truths of this.
    [InlineData(0, 0, Verdict.InsufficientData)]
    public void Accuracy_is_judged_by_the_share_of_wrong_classes(long truths, long wrong, Verdict expected) =>
        Assert.Equal(expected, Judge(Accuracy, Plans.Rates(truths, wrong, 0, 0, concurrent: false)).Verdict);

    [Theory]
    [InlineData(2000, 200, 2000, 190, Verdict.Pass)]
    [InlineData(2000, 320, 2000, 200, Verdict.Inconclusive)]
    [InlineData(2000, 500, 2000, 200, Verdict.Fail)]
    [InlineData(2000, 200, 99, 10, Verdict.InsufficientData)]
    [InlineData(2000, 9, 2000, 1, Verdict.Pass)] // Nine times stable's, and four in a thousand of all.
    public void Wrong_classes_are_compared_with_stables(long truths, long wrong, long stableTruths, long stableWrong, Verdict expected) =>
        Assert.Equal(expected, Judge(Relative, Plans.Rates(truths, wrong, stableTruths, stableWrong, concurrent: false)).Verdict);

    /// <summary>All of the candidate's truths are in, most of stable's are yet to come: a split by weight would say nothing.</summary>
    [Fact]
    public void Truths_are_never_taken_for_a_concurrent_split()
    {
        var late = Plans.Rates(1000, 10, 110, 0);
        Assert.Equal(Judge(Relative, late with { Concurrent = false }), Judge(Relative, late));
    }

    [Fact]
    public void A_failure_says_how_many_were_wrong()
    {
        var result = Judge(Accuracy, Plans.Rates(1000, 160, 9000, 700));
        Assert.Equal("candidate 16 % wrong (160 of 1000), above the bound of 10 %.", result.Message);
        Assert.Equal((0.16, 0.1, 1000, 9000), (result.Value!.Value, result.Threshold!.Value, result.Samples, result.StableSamples!.Value));
        Assert.InRange(result.EffectLow!.Value, 0.1, 0.16);
        Assert.InRange(result.EffectHigh!.Value, 0.16, 0.25);
        Assert.Equal("3 of 100 known truths of the candidate.", Judge(Accuracy, Plans.Rates(3, 0, 0, 0)).Message);
        Assert.Equal("3 of 100 known truths of stable to compare with.", Judge(Relative, Plans.Rates(300, 0, 3, 0)).Message);
    }

    [Theory]
    [InlineData(1000, 8, 5, Verdict.Pass)]
    [InlineData(1000, 10, 0, Verdict.Pass)]
    [InlineData(1000, 10.2, 5, Verdict.Inconclusive)]
    [InlineData(1000, 12, 5, Verdict.Fail)]
    [InlineData(99, 50, 1, Verdict.InsufficientData)] // The interval is one of many values; a few prove nothing.
    public void The_mean_error_of_numbers_is_judged(long count, double mean, double deviation, Verdict expected) =>
        Assert.Equal(expected, Judge(Error, new MeanMeasurement(Of(count, mean, deviation), MeanCounts.None)).Verdict);

    [Theory]
    [InlineData(10, Verdict.Pass)]
    [InlineData(15.5, Verdict.Inconclusive)]
    [InlineData(20, Verdict.Fail)]
    public void The_mean_error_is_compared_with_stables(double mean, Verdict expected) =>
        Assert.Equal(expected, Judge(Relative, new MeanMeasurement(Of(2000, mean, 5), Of(2000, 10, 5))).Verdict);

    [Theory]
    [InlineData(9, 5, Verdict.Fail)]
    [InlineData(12, 10, Verdict.Fail)]
    [InlineData(9, 8, Verdict.Pass)]
    public void With_two_bounds_both_must_hold(double mean, double stable, Verdict expected) =>
        Assert.Equal(expected, Judge(Error with { MaxRatioToStable = 1.5 }, new MeanMeasurement(Of(2000, mean, 1), Of(2000, stable, 1))).Verdict);

    [Fact]
    public void Stable_is_waited_for_only_where_nothing_else_can_be_said()
    {
        var alone = new MeanMeasurement(Of(2000, 9, 1), Of(50, 5, 1));
        Assert.Equal("50 of 100 known truths of stable to compare with.", Judge(Relative, alone).Message);
        Assert.Equal(Verdict.Pass, Judge(Error with { MaxRatioToStable = 1.5 }, alone).Verdict);
    }

    [Fact]
    public void The_mean_errors_of_both_sides_are_told()
    {
        var result = Judge(Relative, new MeanMeasurement(Of(2000, 20, 5), Of(3000, 10, 5)));
        Assert.Equal("candidate's mean absolute error is 20 (n 2000), stable's 10 (n 3000): surely more than 1.5 times stable's.", result.Message);
        Assert.Equal((20, 10, 1.5, 2000, 3000), (result.Value!.Value, result.StableValue!.Value, result.Threshold!.Value, result.Samples, result.StableSamples!.Value));
        Assert.InRange(result.EffectLow!.Value, 19, 20);
        Assert.InRange(result.EffectHigh!.Value, 20, 21);
    }

    [Fact]
    public void A_bound_of_the_other_kind_of_prediction_decides_nothing_and_says_why()
    {
        var classes = Judge(Error, Plans.Rates(1000, 900, 0, 0));
        Assert.Equal(Verdict.InsufficientData, classes.Verdict);
        Assert.Contains("min, the lowest accuracy", classes.Message, StringComparison.Ordinal);
        var numbers = Judge(Accuracy, new MeanMeasurement(Of(1000, 1e6, 1), MeanCounts.None));
        Assert.Equal(Verdict.InsufficientData, numbers.Verdict);
        Assert.Contains("max, the highest mean absolute error", numbers.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_truths_a_provider_error_and_nonsense_are_no_failures()
    {
        Assert.Equal(Verdict.InsufficientData, Judge(Error, Plans.Rates(0, 0, 0, 0)).Verdict);
        Assert.Equal(Verdict.InsufficientData, Judge(Accuracy, NoData.Instance).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Accuracy, new ProviderError("timeout")).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Accuracy, new ValueMeasurement(1)).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Error, new MeanMeasurement(new MeanCounts(1000, double.NaN, 1), MeanCounts.None)).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Error, new MeanMeasurement(new MeanCounts(1000, 1, 1), new MeanCounts(1, -1, 1))).Verdict);
    }

    static GateResult Judge(GateSpec gate, Measurement measurement) => GateEvaluators.Evaluate(gate, measurement, Alpha);

    static MeanCounts Of(long count, double mean, double deviation) => new(count, count * mean, count * (mean * mean + deviation * deviation));
}
