using Canario.Contract;
using Canario.Operator.Metrics.Direct;
using Canario.Operator.Metrics.Drift;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Metrics;

public sealed class SeenCountsTests
{
    private const string Revision = "iris-1";
    private static readonly DateTimeOffset s_start = new(2026, 3, 4, 5, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(12);
    private readonly SeenCounts _seen = new(Revision, s_start);

    [Fact]
    public void What_a_pod_counted_before_the_watch_is_nobody_s_and_what_a_younger_one_counted_is_all_its_own()
    {
        Look(0, ("old", -60, 100));
        Assert.Equal(0, Total());
        Look(1, ("old", -60, 130), ("young", 1, 7));
        Assert.Equal(37, Total());
    }

    [Fact]
    public void A_counter_that_fell_was_restarted()
    {
        Look(0, ("a", -60, 100));
        Look(1, ("a", -60, 20));
        Assert.Equal(20, Total());
        Look(2, ("a", -60, 25));
        Assert.Equal(25, Total());
    }

    [Fact]
    public void What_is_older_than_the_window_is_forgotten_however_often_one_looks()
    {
        Look(0, ("a", -60, 0));
        for (var minute = 1; minute <= 60; minute++)
        {
            Look(minute, ("a", -60, 10 * minute));
            Assert.InRange(Total(), Math.Min(10 * minute, 120), 130);
        }

        Look(200, ("a", -60, 600));
        Assert.Equal(0, Total());
    }

    [Fact]
    public void A_pod_that_went_leaves_its_counts_and_comes_back_as_another()
    {
        Look(0, ("a", -60, 0));
        Look(1, ("a", -60, 50));
        Look(2, ("b", 2, 5));
        Assert.Equal(55, Total());
        // The same pod, unseen for a time: what it counted meanwhile is not known to be in the window.
        Look(3, ("a", -60, 500));
        Assert.Equal(55, Total());
    }

    [Fact]
    public void Without_a_baseline_there_is_nothing_to_compare()
    {
        _seen.Add(Pod("a", -60), [Line(MetricNames.FeatureValues, 3)], s_window, s_start);

        var reading = _seen.Read();
        Assert.False(reading.HasBaseline);
        Assert.Empty(reading.Look!.Samples);
        Assert.Null(reading.Look.Truths);
    }

    [Fact]
    public void Values_that_are_none_are_passed_over()
    {
        Look(0, ("a", -60, 0));
        _seen.Add(Pod("a", -60), [Line(MetricNames.FeatureValues, double.NaN), Line(MetricNames.FeatureValues, -5), Line("canario_other_total", 7)], s_window, s_start.AddMinutes(1));

        Assert.Equal(0, Total());
    }

    private long Total()
    {
        var sample = Assert.Single(_seen.Read().Look!.Samples);
        Assert.Equal((DriftKind.Feature, "age", 4L), (sample.Kind, sample.Name, sample.Baseline.Total));
        return sample.Now.Total;
    }

    private void Look(int minute, params (string Pod, int BornAtSecond, double Value)[] pods)
    {
        var now = s_start.AddMinutes(minute);
        foreach (var (pod, born, value) in pods)
            _seen.Add(Pod(pod, born), [Line(MetricNames.FeatureBaseline, 4), Line(MetricNames.FeatureValues, value)], s_window, now);
        _seen.Keep([.. pods.Select(p => p.Pod)], s_window, now);
    }

    private static ScrapeTarget Pod(string uid, int bornAtSecond) => new(uid, uid, new Uri("http://127.0.0.1:1"), s_start.AddSeconds(bornAtSecond));

    private static ScrapedSeries Line(string name, double value) => new(name, [new(MetricLabels.Feature, "age"), new(MetricLabels.Bin, "1")], value, name == MetricNames.FeatureBaseline);
}
