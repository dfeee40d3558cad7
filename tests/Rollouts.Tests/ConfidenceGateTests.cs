namespace Canario.Rollouts.Tests;

public sealed class ConfidenceGateTests
{
    const double Alpha = 0.01;

    static readonly GateSpec Drop = new() { Name = "confidence", Type = GateTypes.Confidence, MaxDrop = 0.05 };

    [Theory]
    [InlineData(2000, 0.9, 9000, 0.9, Verdict.Pass)]
    [InlineData(2000, 0.99, 9000, 0.9, Verdict.Pass)] // More sure than stable is no drop.
    [InlineData(2000, 0.88, 9000, 0.92, Verdict.Pass)]
    [InlineData(2000, 0.86, 9000, 0.92, Verdict.Inconclusive)]
    [InlineData(2000, 0.75, 9000, 0.92, Verdict.Fail)]
    [InlineData(60, 0.4, 9000, 0.95, Verdict.Fail)] // Nobody waits for 100 of these.
    [InlineData(99, 0.9, 9000, 0.9, Verdict.InsufficientData)]
    [InlineData(2000, 0.9, 99, 0.9, Verdict.InsufficientData)]
    [InlineData(2000, 0.1, 0, 0, Verdict.InsufficientData)] // Without stable there is nothing to drop from.
    [InlineData(0, 0, 9000, 0.99, Verdict.InsufficientData)]
    public void The_drop_of_the_mean_confidence_is_judged(long count, double mean, long stableCount, double stableMean, Verdict expected) =>
        Assert.Equal(expected, Judge(Drop, Of(count, mean), Of(stableCount, stableMean)).Verdict);

    [Fact]
    public void A_failure_says_by_how_much_and_how_sure_that_is()
    {
        var result = Judge(Drop, Of(2000, 0.75), Of(9000, 0.92));
        Assert.Equal((0.75, 0.92, 0.05, 2000, 9000), (result.Value!.Value, result.StableValue!.Value, result.Threshold!.Value, result.Samples, result.StableSamples!.Value));
        Assert.Equal(0.17, result.Effect!.Value, 9);
        Assert.InRange(result.EffectLow!.Value, 0.05, 0.17);
        Assert.InRange(result.EffectHigh!.Value, 0.17, 0.25);
        Assert.StartsWith("mean confidence 0.75 (n 2000), stable's 0.92 (n 9000): a drop of 0.17, between 0.1", result.Message, StringComparison.Ordinal);
        Assert.EndsWith(", surely more than 0.05.", result.Message, StringComparison.Ordinal);
        Assert.Equal("3 of 100 confidences of the candidate, 7 of 100 of stable.", Judge(Drop, Of(3, 0.5), Of(7, 0.5)).Message);
    }

    /// <summary>Both sides draw from one distribution; looks every few requests through a whole rollout.</summary>
    [Fact]
    public void Equal_sides_are_told_apart_in_few_rollouts_however_often_one_looks()
    {
        var random = new Random(3);
        var failed = 0;
        for (var run = 0; run < 200; run++)
        {
            double sum = 0, stableSum = 0;
            for (var n = 1; n <= 1000; n++)
            {
                sum += 1 - random.NextDouble() * random.NextDouble();
                stableSum += 1 - random.NextDouble() * random.NextDouble();
                if (n % 10 == 0 && Judge(Drop with { MaxDrop = 0, MinSamples = 1 }, new MeanCounts(n, sum, 0), new MeanCounts(n, stableSum, 0)).Verdict == Verdict.Fail)
                {
                    failed++;
                    break;
                }
            }
        }

        Assert.InRange(failed, 0, 2);
    }

    [Fact]
    public void No_data_a_provider_error_and_nonsense_are_no_failures()
    {
        Assert.Equal(Verdict.InsufficientData, GateEvaluators.Evaluate(Drop, NoData.Instance, Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, GateEvaluators.Evaluate(Drop, new ProviderError("timeout"), Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, GateEvaluators.Evaluate(Drop, Plans.Good, Alpha).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Drop, new MeanCounts(10, 11, 0), Of(10, 0.5)).Verdict);
        Assert.Equal(Verdict.ProviderUnavailable, Judge(Drop, Of(10, 0.5), new MeanCounts(10, double.NaN, 0)).Verdict);
    }

    static GateResult Judge(GateSpec gate, MeanCounts candidate, MeanCounts stable) => GateEvaluators.Evaluate(gate, new MeanMeasurement(candidate, stable), Alpha);

    static MeanCounts Of(long count, double mean) => new(count, count * mean, 0);
}
