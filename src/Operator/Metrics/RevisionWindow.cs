namespace Canario.Operator.Metrics;

/// <summary>A revision's series over a window.</summary>
/// <param name="From">Start of the window, seconds since the epoch; earlier samples are only bases to count from.</param>
sealed record RevisionWindow(IReadOnlyList<MetricSeries> Series, double From)
{
    /// <summary>Sum of the increases of the chosen series, in whole events: counters of events are whole, their text form need not be.</summary>
    public long Increase(Func<MetricSeries, bool> chosen) =>
        (long)Math.Round(Series.Where(chosen).Sum(s => CounterIncrease.Of(s.Samples, From)));
}
