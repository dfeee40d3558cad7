using Canario.Contract;

namespace Canario.Operator.Metrics.Direct;

/// <summary>What the pods of a rollout have told since it began, or since this operator leads.</summary>
/// <param name="since">From when it is sampled.</param>
sealed class SampledModel(DateTimeOffset since)
{
    /// <summary>100 features of 20 bins from 10 pods; more is not taken in.</summary>
    private const int MostSeries = 40_000;

    private readonly Dictionary<string, DateTimeOffset> _looks = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Pod, string Text), SampledSeries> _series = [];

    /// <summary>Why its pages could not be read the last time, by <see cref="Source"/>; none: they could.</summary>
    public Dictionary<string, string> Problems { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a metric comes from: the component's name.</summary>
    public static string Source(string metric) => metric.StartsWith("canario_router_", StringComparison.Ordinal) ? Labels.ComponentRouter : Labels.ComponentModel;

    /// <param name="page">Lines of this model only.</param>
    public void Add(ScrapeTarget target, IEnumerable<ScrapedSeries> page, DateTimeOffset now)
    {
        // A series that was not there at the last look was 0 then; so was every series when its pod was made.
        double? born = _looks.TryGetValue(target.Pod, out var last) ? Seconds(last) : target.Born >= since ? Seconds(target.Born) : null;
        foreach (var line in page)
        {
            var key = (target.Pod, TextOf(line));
            if (!_series.TryGetValue(key, out var series))
            {
                if (_series.Count >= MostSeries)
                    continue;
                var labels = new Dictionary<string, string>(line.Labels, StringComparer.Ordinal) { [MetricSeries.NameLabel] = line.Name };
                _series.Add(key, series = new SampledSeries(labels, born));
            }

            series.Add(Seconds(now), line.Value, line.IsGauge);
        }

        _looks[target.Pod] = now;
    }

    public IReadOnlyList<MetricSeries> Find(SeriesFilter filter, DateTimeOffset until) =>
        [.. _series.Values.Where(s => filter.Matches(s.Labels)).Select(s => s.Until(Seconds(until)))];

    public static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static string TextOf(ScrapedSeries line) => line.Name + string.Concat(line.Labels.Select(l => $"\n{l.Key}={l.Value.Length}:{l.Value}"));
}
