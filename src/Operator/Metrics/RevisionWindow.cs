namespace Canario.Operator.Metrics;

/// <summary>A revision's series over a window.</summary>
/// <param name="From">Start of the window, seconds since the epoch; earlier samples are only bases to count from.</param>
sealed record RevisionWindow(IReadOnlyList<MetricSeries> Series, double From)
{
    /// <summary>Sum of the increases of the chosen series, in whole events: counters of events are whole, their text form need not be.</summary>
    public long Increase(Func<MetricSeries, bool> chosen) =>
        (long)Math.Round(Series.Where(chosen).Sum(s => CounterIncrease.Of(s.Samples, From)));

    /// <summary>The same of a sum of numbers that need not be whole.</summary>
    public double Real(string metric) => Series.Where(s => s[MetricSeries.NameLabel] == metric).Sum(s => CounterIncrease.Of(s.Samples, From));

    /// <summary>The largest of a gauge's newest values; null: there is none.</summary>
    public double? Newest(string metric) => Series.Where(s => s[MetricSeries.NameLabel] == metric && s.Samples.Count > 0).Select(s => (double?)s.Samples[^1].Value).Max();
}
