using Canario.Operator.Metrics;
using Canario.Operator.Metrics.Direct;

namespace Canario.Operator.Tests.Metrics;

public sealed class SampledSeriesTests
{
    private static readonly Dictionary<string, string> s_labels = [];

    [Fact]
    public void A_series_older_than_the_first_look_counts_from_there()
    {
        var series = new SampledSeries(s_labels, born: null);
        series.Add(100, 1000, isGauge: false);
        series.Add(105, 1007, isGauge: false);
        Assert.Equal(7, Increase(series, 90));
        Assert.Equal(7, Increase(series, 100));
        Assert.Equal(0, Increase(series, 105));
    }

    [Fact]
    public void A_series_that_is_new_counts_from_0()
    {
        var series = new SampledSeries(s_labels, born: 95);
        series.Add(100, 4, isGauge: false);
        Assert.Equal(4, Increase(series, 96));
        Assert.Equal(0, Increase(series, 100));
    }

    [Fact]
    public void What_a_restarted_process_has_counted_is_all_new()
    {
        var series = new SampledSeries(s_labels, born: null);
        foreach (var (time, value) in ((double, double)[])[(100, 50), (105, 60), (110, 3), (115, 4)])
            series.Add(time, value, isGauge: false);
        Assert.Equal(10 + 3 + 1, Increase(series, 100));
        Assert.Equal(1, Increase(series, 112));
    }

    [Fact]
    public void However_long_a_rollout_takes_nothing_is_lost_and_memory_is_bounded()
    {
        var series = new SampledSeries(s_labels, born: null);
        var random = new Random(7);
        var (value, added) = (500.0, 0);
        series.Add(0, value, isGauge: false);
        for (var i = 1; i <= 20_000; i++)
        {
            var more = random.Next(3);
            // A restart now and then.
            value = random.Next(1000) == 0 ? more : value + more;
            added += more;
            series.Add(i * 5, value, isGauge: false);
        }

        Assert.Equal(added, Increase(series, 0));
        Assert.True(series.Until(double.MaxValue).Samples.Count <= SampledSeries.MostSamples);
    }

    [Fact]
    public void A_quiet_series_takes_two_samples()
    {
        var series = new SampledSeries(s_labels, born: null);
        for (var i = 0; i < 100; i++)
            series.Add(i * 5, 42, isGauge: false);
        Assert.Equal(2, series.Until(double.MaxValue).Samples.Count);
        series.Add(500, 43, isGauge: false);
        Assert.Equal(1, Increase(series, 495));
    }

    [Fact]
    public void Of_a_gauge_the_last_value_counts()
    {
        var series = new SampledSeries(s_labels, born: null);
        series.Add(100, 5, isGauge: true);
        series.Add(105, 4, isGauge: true);
        Assert.Equal(4, Assert.Single(series.Until(200).Samples).Value);
    }

    private static double Increase(SampledSeries series, double from) => CounterIncrease.Of(series.Until(double.MaxValue).Samples, from);
}
