namespace Canario.Statistics.Tests;

/// <summary>Reference values: SciPy 1.10.1 (binomtest.proportion_ci; betaln, beta.logsf and brentq for the mixtures).</summary>
public sealed class ProportionTests
{
    [Theory]
    [InlineData(5, 100, 0.95, 0.021543679154367973, 0.11175046923191914)]
    [InlineData(0, 50, 0.95, 0.0, 0.07134759913335872)]
    [InlineData(50, 50, 0.99, 0.8828479082823721, 1.0)]
    [InlineData(263, 1000, 0.99, 0.22878484710655134, 0.30033936505766345)]
    public void Wilson_agrees_with_the_reference(long successes, long trials, double confidence, double low, double high) =>
        AssertInterval(low, high, ProportionIntervals.Wilson(successes, trials, confidence));

    [Theory]
    [InlineData(5, 100, 0.95, 0.01643187918172828, 0.11283491110546288)]
    [InlineData(0, 50, 0.95, 0.0, 0.07112173646420458)]
    [InlineData(50, 50, 0.99, 0.8994549166252374, 1.0)] // Closed form 0.005^(1/50); the library's root finder stops at six digits here.
    [InlineData(263, 1000, 0.99, 0.2278454888301822, 0.3004469868113757)]
    public void Clopper_Pearson_agrees_with_the_reference(long successes, long trials, double confidence, double low, double high) =>
        AssertInterval(low, high, ProportionIntervals.ClopperPearson(successes, trials, confidence));

    [Theory]
    [InlineData(5, 100, 0.004970381507071638, 0.17505174730263737)]
    [InlineData(0, 50, 0, 0.13300401385192218)]
    [InlineData(50, 1000, 0.02677081687589623, 0.08309192747396324)]
    public void The_confidence_sequence_agrees_with_the_reference(long successes, long trials, double low, double high) =>
        AssertInterval(low, high, SequentialProportion.Confidence(successes, trials, 0.01));

    [Theory]
    [InlineData(5, 100, 0.01, 3.25379548030703)]
    [InlineData(0, 50, 0.1, -3.1831342302156385)]
    [InlineData(50, 1000, 0.01, 39.294866320419004)]
    [InlineData(5, 5, 0.143, 8.178581413576822)]
    [InlineData(30, 60, 0.3, 3.0013031279326157)]
    [InlineData(3, 40, 0.9, -7.828679426293434)]
    public void The_one_sided_evidence_agrees_with_the_reference(long successes, long trials, double bound, double expected) =>
        Assert.Equal(expected, SequentialProportion.LogEvidenceAbove(successes, trials, bound), 1e-8);

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-6)]
    [InlineData(0.999999)]
    public void The_evidence_is_a_number_at_extreme_bounds_too(double bound)
    {
        Assert.InRange(SequentialProportion.LogEvidenceAbove(100, 100, bound), -1, 5000);
        Assert.InRange(SequentialProportion.LogEvidenceAbove(0, 1_000_000, bound), double.MinValue, 1e-6);
    }

    [Fact]
    public void An_interval_of_the_wilson_kind_that_is_looked_at_forever_is_left_by_the_truth_but_the_confidence_sequence_is_not()
    {
        var random = new SplitMix(7);
        int wilsonLeft = 0, sequenceLeft = 0;
        for (var run = 0; run < 100; run++)
        {
            bool wilson = false, sequence = false;
            long bad = 0;
            for (long n = 1; n <= 2000; n++)
            {
                bad += random.Next() < 0.05 ? 1 : 0;
                if (n % 50 == 0)
                {
                    wilson |= Misses(ProportionIntervals.Wilson(bad, n, 0.95));
                    sequence |= Misses(SequentialProportion.Confidence(bad, n, 0.05));
                }
            }

            wilsonLeft += wilson ? 1 : 0;
            sequenceLeft += sequence ? 1 : 0;
        }

        Assert.InRange(wilsonLeft, 20, 100);
        Assert.InRange(sequenceLeft, 0, 5);

        static bool Misses(Interval interval) => interval.Low > 0.05 || interval.High < 0.05;
    }

    [Theory]
    [InlineData(0.001, 0.1)]
    [InlineData(0.01, 0.1)]
    [InlineData(0.01, 0.5)]
    [InlineData(0.2, 0.05)]
    [InlineData(0.9, 0.25)]
    public void Two_equal_sides_are_told_apart_in_at_most_one_rollout_of_a_hundred_however_often_one_looks(double badShare, double weight)
    {
        var random = new SplitMix(11);
        var rejected = 0;
        const int Runs = 500;
        for (var run = 0; run < Runs; run++)
        {
            long candidate = 0, candidateBad = 0, stable = 0, stableBad = 0;
            for (var n = 1; n <= 4000; n++)
            {
                var bad = random.Next() < badShare ? 1 : 0;
                if (random.Next() < weight)
                {
                    candidate++;
                    candidateBad += bad;
                }
                else
                {
                    stable++;
                    stableBad += bad;
                }

                if (n % 40 == 0 && SequentialRatio.LogEvidenceAbove(candidateBad, candidate, stableBad, stable, 1.0) >= Math.Log(100))
                {
                    rejected++;
                    break;
                }
            }
        }

        // 1 % of 500 runs, and three standard deviations of that count.
        Assert.InRange(rejected, 0, 11);
    }

    [Fact]
    public void Five_times_the_errors_are_found_within_a_few_dozen_bad_requests()
    {
        var random = new SplitMix(3);
        long candidate = 0, candidateBad = 0, stable = 0, stableBad = 0;
        while (SequentialRatio.LogEvidenceAbove(candidateBad, candidate, stableBad, stable, 1.5) < Math.Log(100))
        {
            if (random.Next() < 0.1)
            {
                candidate++;
                candidateBad += random.Next() < 0.05 ? 1 : 0;
            }
            else
            {
                stable++;
                stableBad += random.Next() < 0.01 ? 1 : 0;
            }

            Assert.True(candidateBad < 80, $"{candidateBad} of {candidate} and {stableBad} of {stable} are not told apart.");
        }
    }

    [Fact]
    public void The_ratios_interval_holds_the_observed_ratio_and_knows_no_upper_end_without_stable_errors()
    {
        var interval = SequentialRatio.Confidence(50, 1000, 90, 9000, 0.01);
        Assert.InRange(5.0, interval.Low, interval.High);
        Assert.True(interval.Low > 1);
        Assert.Equal(double.PositiveInfinity, SequentialRatio.Confidence(5, 100, 0, 900, 0.01).High);
        Assert.Equal(new Interval(0, double.PositiveInfinity), SequentialRatio.Confidence(0, 0, 0, 0, 0.01));
    }

    static void AssertInterval(double low, double high, Interval actual)
    {
        Assert.Equal(low, actual.Low, 1e-10);
        Assert.Equal(high, actual.High, 1e-10);
    }
}
