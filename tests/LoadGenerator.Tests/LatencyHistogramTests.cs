namespace Canario.LoadGenerator.Tests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantiles_are_within_four_and_a_half_percent_above_the_true_ones()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++)
            histogram.Add(TimeSpan.FromMicroseconds(i * 10));
        var summary = histogram.Summarise();
        AssertNear(50, summary.P50);
        AssertNear(90, summary.P90);
        AssertNear(99, summary.P99);
        AssertNear(99.9, summary.P999);
        Assert.Equal(100, summary.Max);

        static void AssertNear(double expected, double actual) => Assert.InRange(actual, expected * 0.999, expected * 1.045);
    }

    [Fact]
    public void Nothing_measured_is_zero() => Assert.Equal(new LatencySummary(0, 0, 0, 0, 0), new LatencyHistogram().Summarise());
}
