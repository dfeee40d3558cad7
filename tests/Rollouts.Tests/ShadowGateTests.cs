namespace Canario.Rollouts.Tests;

public sealed class ShadowGateTests
{
    const double Alpha = 0.01;

    static readonly GateSpec Labels = new() { Name = "agreement", Type = GateTypes.ShadowAgreement, MaxShare = 0.02 };
    static readonly GateSpec Numbers = new() { Name = "distance", Type = GateTypes.ShadowAgreement, MaxMeanDifference = 0.1 };
    static readonly GateSpec Both = Labels with { MaxMeanDifference = 0.1 };

    [Theory]
    [InlineData(1000, 10, 0, Verdict.Pass)]
    [InlineData(1000, 60, 0, Verdict.Fail)]
    [InlineData(1000, 0, 60, Verdict.Fail)] // Errors that only the candidate had are answers that differ.
    [InlineData(1000, 30, 30, Verdict.Fail)]
    [InlineData(1000, 24, 0, Verdict.Inconclusive)]
    [InlineData(99, 0, 0, Verdict.InsufficientData)]
    [InlineData(0, 0, 0, Verdict.InsufficientData)]
    [InlineData(20, 0, 20, Verdict.Fail)] // Nobody waits for 100 pairs of this.
    public void The_share_of_answers_that_differ_is_judged(long pairs, long disagreements, long errors, Verdict expected) =>
        Assert.Equal(expected, Judge(Labels, new ShadowMeasurement { Pairs = pairs, Disagreements = disagreements, CandidateErrors = errors }).Verdict);

    [Theory]
    [InlineData(1000, 0.05, 0.05, Verdict.Pass)]
    [InlineData(1000, 0.2, 0.05, Verdict.Fail)]
    [InlineData(1000, 0.101, 0.5, Verdict.Inconclusive)]
    [InlineData(99, 5, 0.05, Verdict.InsufficientData)] // The interval is one of many values; a few prove nothing.
    [InlineData(1000, 0.1, 0, Verdict.Pass)] // At the bound is within it.
    public void The_distance_of_numbers_is_judged(long pairs, double mean, double deviation, Verdict expected) =>
        Assert.Equal(expected, Judge(Numbers, Apart(pairs, mean, deviation)).Verdict);

    [Theory]
    [InlineData(10, 0.05, Verdict.Pass)]
    [InlineData(60, 0.05, Verdict.Fail)]
    [InlineData(10, 0.2, Verdict.Fail)]
    [InlineData(24, 0.05, Verdict.Inconclusive)]
    public void With_two_bounds_both_must_hold(long disagreements, double mean, Verdict expected) =>
        Assert.Equal(expected, Judge(Both, Apart(1000, mean, 0.05) with { Disagreements = disagreements }).Verdict);

    [Fact]
    public void A_bound_on_numbers_waits_for_answers_that_have_some() =>
        Assert.Equal(Verdict.InsufficientData, Judge(Both, new ShadowMeasurement { Pairs = 1000, Disagreements = 10, Differences = 99 }).Verdict);

    [Fact]
    public void A_failure_says_what_differs_and_by_how_much()
    {
        var result = Judge(Labels, Apart(1000, 0.2, 0.05) with { Disagreements = 50, CandidateErrors = 10, LargestDifference = 0.75 });
        Assert.Equal(
            "6 % of the answers differ from stable's (60 of 1000, 10 of them errors that only the candidate had); numbers lie 0.2 apart on average, at most 0.75: above the bound of 2 %.",
            result.Message);
        Assert.Equal((0.06, 0.02, 1000), (result.Value!.Value, result.Threshold!.Value, result.Samples));
        Assert.InRange(result.EffectLow!.Value, 0.02, 0.06);
        Assert.InRange(result.EffectHigh!.Value, 0.06, 0.12);

        var distance = Judge(Numbers, Apart(1000, 0.2, 0.05));
        Assert.Equal((0.2, 0.1), (Math.Round(distance.Value!.Value, 9), distance.Threshold!.Value));
        Assert.EndsWith("numbers lie 0.2 apart on average: their numbers surely lie more than 0.1 apart.", distance.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_data_a_provider_error_and_nonsense_are_no_failures()
    {
        Assert.Equal(Verdict.InsufficientData, Judge(Labels, NoData.Instance).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ProviderError("timeout")).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, Plans.Good).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Disagreements = 1, CandidateErrors = 1 }).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Differences = 2 }).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Differences = 1, SumOfDifferences = double.NaN }).Verdict);
    }

    static GateResult Judge(GateSpec gate, Measurement measurement) => GateEvaluators.Evaluate(gate, measurement, Alpha);

    static ShadowMeasurement Apart(long pairs, double mean, double deviation) =>
        new() { Pairs = pairs, Differences = pairs, SumOfDifferences = pairs * mean, SumOfSquares = pairs * (mean * mean + deviation * deviation) };
}
