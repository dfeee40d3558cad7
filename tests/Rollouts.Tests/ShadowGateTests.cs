namespace Canario.Rollouts.Tests;

public sealed class ShadowGateTests
{
    const double Alpha = 0.01;

    static readonly GateSpec Labels = new() { Name = "agreement", Type = GateTypes.ShadowAgreement, MaxShare = 0.02 };
    static readonly GateSpec Numbers = new() { Name = "distance", Type = GateTypes.ShadowAgreement, MaxMeanDifference = 0.1 };
    static readonly GateSpec Order = new() { Name = "order", Type = GateTypes.ShadowAgreement, MinRankCorrelation = 0.9 };
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

    [Theory]
    [InlineData(40, 0.95, Verdict.Pass)]
    [InlineData(40, 0.9, Verdict.Pass)] // At the bound is within it.
    [InlineData(40, 0.85, Verdict.Inconclusive)]
    [InlineData(40, 0.3, Verdict.Fail)]
    [InlineData(1, 0.95, Verdict.InsufficientData)]
    [InlineData(0, 0, Verdict.InsufficientData)]
    public void The_order_of_numbers_is_judged(long blocks, double correlation, Verdict expected)
    {
        Assert.Equal(expected, Judge(Order, Ranked(blocks, correlation)).Verdict);
        // Beside another bound that holds, too.
        Assert.Equal(expected, Judge(Order with { MaxShare = 0.02 }, Ranked(blocks, correlation)).Verdict);
    }

    [Fact]
    public void A_failure_of_the_order_says_how_it_correlates()
    {
        var result = Judge(Order, Ranked(40, 0.3));
        Assert.Equal("0 % of the answers differ from stable's (0 of 2000); rank correlation 0.3 (40 blocks, 2000 pairs): surely below a rank correlation of 0.9.", result.Message);
        Assert.Equal((0.3, 0.9), (Math.Round(result.Value!.Value, 9), result.Threshold!.Value));
        Assert.InRange(result.EffectLow!.Value, -0.5, 0.3);
        Assert.InRange(result.EffectHigh!.Value, 0.3, 0.9);
    }

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
    public void The_slice_that_surely_differs_most_is_named()
    {
        // One of two differs in the smallest slice, which is chance; 60 of 300 in another, which is not.
        ShadowSlice[] slices = [Slice("island=Biscoe", 700, 10), Slice("island=Dream", 300, 60), Slice("island=Torgersen", 2, 1)];
        Assert.Equal(
            "7.09 % of the answers differ from stable's (71 of 1002); worst slice island=Dream: 20 % differ (60 of 300), 0.5 apart, at most 2, rank correlation 0.9: above the bound of 2 %.",
            Judge(Labels, new ShadowMeasurement { Pairs = 1002, Disagreements = 71, Slices = slices }).Message);
    }

    [Fact]
    public void Where_no_label_differs_the_slice_whose_numbers_lie_apart_is_named()
    {
        ShadowSlice[] slices = [Slice("a=1", 500, 0) with { SumOfDifferences = 5 }, Slice("a=2", 500, 0) with { SumOfDifferences = 50 }, Slice("a=3", 20, 0) with { SumOfDifferences = 20 }];
        Assert.Contains("; worst slice a=2: 0 % differ (0 of 500), 0.1 apart", Judge(Labels, new ShadowMeasurement { Pairs = 1020, Slices = slices }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_slice_alone_equal_ones_and_nonsense_name_none()
    {
        ShadowSlice[][] cases = [[Slice("a=1", 500, 9)], [Slice("a=1", 500, 0) with { SumOfDifferences = 0 }, Slice("a=2", 500, 0) with { SumOfDifferences = 0 }], [Slice("a=1", 5, 9), Slice("a=2", 500, 1)]];
        Assert.All(cases, slices => Assert.DoesNotContain("slice", Judge(Labels, new ShadowMeasurement { Pairs = 1000, Slices = slices }).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void No_data_a_provider_error_and_nonsense_are_no_failures()
    {
        Assert.Equal(Verdict.InsufficientData, Judge(Labels, NoData.Instance).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ProviderError("timeout")).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, Plans.Good).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Disagreements = 1, CandidateErrors = 1 }).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Differences = 2 }).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Order, new ShadowMeasurement { Pairs = 100, RankBlocks = 2, RankDistance = 3 }).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Labels, new ShadowMeasurement { Pairs = 1, Differences = 1, SumOfDifferences = double.NaN }).Verdict);
    }

    static GateResult Judge(GateSpec gate, Measurement measurement) => GateEvaluators.Evaluate(gate, measurement, Alpha);

    static ShadowSlice Slice(string name, long pairs, long bad) => new(name, pairs, bad, pairs, pairs * 0.5, 2, 4, 0.2);

    static ShadowMeasurement Ranked(long blocks, double correlation) =>
        new() { Pairs = Math.Max(200, blocks * 50), RankBlocks = blocks, RankedPairs = blocks * 50, RankDistance = blocks * (1 - correlation) / 2 };

    static ShadowMeasurement Apart(long pairs, double mean, double deviation) =>
        new() { Pairs = pairs, Differences = pairs, SumOfDifferences = pairs * mean, SumOfSquares = pairs * (mean * mean + deviation * deviation) };
}
