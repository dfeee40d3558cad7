using System.Globalization;
using Canario.Contract;
using Canario.Operator.Metrics.Prometheus;

namespace Canario.Operator.Metrics.Drift;

/// <summary>
/// Reads a long window from Prometheus, summed over pods there. <c>increase()</c> will do here, where gates count raw samples: its error is that of one scrape at each end of a window of hundreds, and
/// the raw samples of a hundred features over hours would be hundreds of megabytes.
/// </summary>
sealed class PrometheusDrift(PrometheusClient client)
{
    private static readonly string[] s_counters = [MetricNames.FeatureValues, MetricNames.PredictionValues, MetricNames.FeedbackPredictions];
    private static readonly string[] s_baselines = [MetricNames.FeatureBaseline, MetricNames.PredictionBaseline];

    public async Task<DriftReading> ReadAsync(MetricTarget target, string revision, TimeSpan window, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var counts = ReadAsync(target, revision, s_counters, selector => string.Create(CultureInfo.InvariantCulture, $"increase({selector}[{(long)window.TotalMilliseconds}ms])"), "sum", now, cancellationToken);
            // Every pod of a revision exports the same baseline.
            var baselines = ReadAsync(target, revision, s_baselines, selector => selector, "max", now, cancellationToken);
            await Task.WhenAll(counts, baselines);
            return DriftReading.Build(revision, await counts, await baselines);
        }
        catch (PrometheusException e)
        {
            return DriftReading.Failed(e.Message);
        }
    }

    private async Task<IReadOnlyList<KeyValuePair<DriftBin, long>>> ReadAsync(
        MetricTarget target, string revision, IReadOnlyList<string> metrics, Func<string, string> of, string aggregate, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = new List<KeyValuePair<DriftBin, long>>();
        foreach (var metric in metrics)
        {
            var selector = Selector.Build(new SeriesFilter([metric], (MetricLabels.Namespace, [target.Namespace]), (MetricLabels.Model, [target.Model]), (MetricLabels.Revision, [revision])));
            var query = $"{aggregate} by ({MetricLabels.Feature}, {MetricLabels.Output}, {MetricLabels.Bin}, {MetricLabels.Correct}) ({of(selector)})";
            foreach (var (labels, value) in await client.ReadVectorAsync(target, query, now, cancellationToken))
            {
                if (double.IsFinite(value) && DriftBin.Of(metric, label => labels.GetValueOrDefault(label, ""), out _) is { } bin)
                    read.Add(KeyValuePair.Create(bin, (long)Math.Round(value)));
            }
        }

        return read;
    }
}
