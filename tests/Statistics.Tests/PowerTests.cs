namespace Canario.Statistics.Tests;

/// <summary>Reference values: SciPy 1.10.1 (betaln, beta.logsf), by trying one success after the other.</summary>
public sealed class PowerTests
{
    [Theory]
    [InlineData(0.01, 0.05, 0.01, 140)]
    [InlineData(0.01, 0.05, 0.00125, 200)]
    [InlineData(0.01, 0.02, 0.01, 1700)]
    [InlineData(0.05, 0.5, 0.01, 8)]
    [InlineData(0.2, 0.25, 0.05, 848)]
    public void The_trials_needed_agree_with_the_reference(double bound, double share, double alpha, long expected) =>
        Assert.Equal(expected, SequentialPower.TrialsUntilAbove(bound, share, alpha)!.Value);

    [Theory]
    [InlineData(0.01, 0.05)]
    [InlineData(0.01, 0.02)]
    [InlineData(0.2, 0.25)]
    public void They_are_more_than_any_test_needs_and_about_what_this_one_takes(double bound, double share)
    {
        const double Alpha = 0.01;
        var estimate = SequentialPower.TrialsUntilAbove(bound, share, Alpha)!.Value;
        var information = share * Math.Log(share / bound) + (1 - share) * Math.Log((1 - share) / (1 - bound));
        Assert.InRange(estimate, Math.Log(1 / Alpha) / information, double.MaxValue);

        var random = new SplitMix(4);
        var total = 0L;
        const int Runs = 200;
        for (var run = 0; run < Runs; run++)
        {
            long trials = 0, successes = 0;
            do
            {
                trials++;
                successes += random.Next() < share ? 1 : 0;
            }
            while (SequentialProportion.LogEvidenceAbove(successes, trials, bound) < Math.Log(1 / Alpha));
            total += trials;
        }

        Assert.InRange((double)total / Runs, 0.75 * estimate, 1.25 * estimate);
    }

    [Theory]
    [InlineData(0.01, 0.01)]
    [InlineData(0.01, 0.005)]
    [InlineData(0, 0)]
    [InlineData(0.3, 0.300001)]
    public void What_is_not_above_the_bound_or_hardly_is_never_told(double bound, double share) => Assert.Null(SequentialPower.TrialsUntilAbove(bound, share, 0.01));
}
