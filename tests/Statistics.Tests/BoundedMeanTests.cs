namespace Canario.Statistics.Tests;

/// <summary>Reference values: SciPy 1.10.1 (betaln, beta.logsf and brentq).</summary>
public sealed class BoundedMeanTests
{
    [Theory]
    [InlineData(1000, 823.4, 0.005, 0.7686076962915478, 0.8704953681036764)]
    [InlineData(100, 61.25, 0.01, 0.42442004939767797, 0.7800726478569334)]
    [InlineData(50000, 45000.5, 0.001, 0.8931568489565688, 0.9065956017079573)]
    [InlineData(3, 0.3, 0.01, 3.838957665133143e-10, 0.9091346418845873)]
    public void The_confidence_sequence_agrees_with_the_reference(long count, double sum, double alpha, double low, double high)
    {
        var interval = SequentialBoundedMean.Confidence(count, sum, alpha);
        Assert.Equal(low, interval.Low, 1e-10);
        Assert.Equal(high, interval.High, 1e-10);
    }

    [Theory]
    [InlineData(1000, 123.4, 0.1, 0.018084389679700053)]
    [InlineData(100, 30.5, 0.2, 0.9047293264743885)]
    [InlineData(20, 1.75, 0.01, 1.750560453115984)]
    public void The_evidence_agrees_with_the_reference(long count, double sum, double bound, double expected) =>
        Assert.Equal(expected, SequentialBoundedMean.LogEvidenceAbove(count, sum, bound), 1e-9);

    [Fact]
    public void Of_zeros_and_ones_it_is_the_test_of_a_proportion()
    {
        Assert.Equal(SequentialProportion.Confidence(37, 200, 0.01), SequentialBoundedMean.Confidence(200, 37, 0.01));
        Assert.Equal(SequentialProportion.LogEvidenceAbove(37, 200, 0.1), SequentialBoundedMean.LogEvidenceAbove(200, 37, 0.1));
    }

    [Fact]
    public void Nothing_is_known_of_no_value_and_the_ends_are_ends()
    {
        Assert.Equal(new Interval(0, 1), SequentialBoundedMean.Confidence(0, 0, 0.01));
        Assert.Equal(1, SequentialBoundedMean.Confidence(500, 500, 0.01).High);
        Assert.Equal(0, SequentialBoundedMean.Confidence(500, 0, 0.01).Low);
    }

    [Theory]
    [InlineData(10, 10.5)]
    [InlineData(10, -0.1)]
    [InlineData(10, double.NaN)]
    [InlineData(-1, 0)]
    public void Sums_that_cannot_be_are_refused(long count, double sum) =>
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => SequentialBoundedMean.Confidence(count, sum, 0.01));

    /// <summary>Values between the ends, of several forms; each has the mean that is tested.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_truth_is_left_in_few_runs_however_often_one_looks(int form)
    {
        var random = new SplitMix(5);
        var left = 0;
        for (var run = 0; run < 400; run++)
        {
            var sum = 0.0;
            var isLeft = false;
            for (long n = 1; n <= 2000; n++)
            {
                var u = random.Next();
                sum += form switch { 0 => u, 1 => Math.Sqrt(u), _ => u < 0.9 ? 1 : 0.5 * u };
                var mean = form switch { 0 => 0.5, 1 => 2.0 / 3, _ => 0.9 + 0.5 * 0.95 * 0.1 };
                isLeft |= n % 10 == 0 && SequentialBoundedMean.Confidence(n, sum, 0.05) is var interval && (interval.Low > mean || interval.High < mean);
            }

            left += isLeft ? 1 : 0;
        }

        Assert.InRange(left, 0, 20);
    }
}
