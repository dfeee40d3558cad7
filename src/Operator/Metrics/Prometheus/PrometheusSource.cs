using System.Globalization;
using Canario.Operator.Api;
using Canario.Operator.Metrics.Gates;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Prometheus;

/// <summary>Reads a gate's two windows as raw samples and counts in them.</summary>
sealed class PrometheusSource(PrometheusClient client) : IMetricSource
{
    public const string SourceName = MetricSourceNames.Prometheus;

    /// <summary>How far before a window the last sample is looked for, as Prometheus itself does; scrape intervals are shorter.</summary>
    private static readonly TimeSpan s_lookBack = TimeSpan.FromMinutes(5);

    public string Name => SourceName;

    public async Task<Measurement> MeasureAsync(MetricTarget target, MeasureRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (request.Gate is { Type: GateTypes.Query, Query: { } text })
            return await MeasureQueryAsync(target, request, text, now, cancellationToken);
        if (GateQueries.Find(request.Gate.Type, target.AtServers) is not { } query)
            return new ProviderError($"Prometheus cannot measure gates of type {request.Gate.Type}");
        try
        {
            var candidate = ReadAsync(target, query, request, request.Candidate, request.CandidateFrom, now, cancellationToken);
            var stable = ReadAsync(target, query, request, request.Stable, request.StableFrom, request.StableUntil ?? now, cancellationToken);
            await Task.WhenAll(candidate, stable);
            return query.Measure(request, await candidate, await stable);
        }
        catch (PrometheusException e)
        {
            return new ProviderError(e.Message);
        }
    }

    private async Task<Measurement> MeasureQueryAsync(MetricTarget target, MeasureRequest request, string text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var window = Math.Max(1, (long)Math.Ceiling((now - request.CandidateFrom).TotalSeconds));
        var query = QueryText.Fill(text, name => name switch
        {
            QueryText.Namespace => target.Namespace,
            QueryText.Model => target.Model,
            QueryText.Revision => request.Candidate,
            QueryText.Stable => request.Stable,
            _ => string.Create(CultureInfo.InvariantCulture, $"{window}s"),
        });
        try
        {
            return await client.ReadValuesAsync(target, query, now, cancellationToken) switch
            {
                [] => NoData.Instance,
                [var value] => new ValueMeasurement(value),
                var many => new ProviderError($"the query gives {many.Count} series, and one is needed; aggregate them, with sum(…) for one"),
            };
        }
        catch (PrometheusException e)
        {
            return new ProviderError(e.Message);
        }
    }

    private async Task<RevisionWindow> ReadAsync(
        MetricTarget target, IGateQuery query, MeasureRequest request, string revision, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var start = from.ToUnixTimeMilliseconds() / 1000.0;
        if (revision.Length == 0 || until <= from)
            return new RevisionWindow([], start);
        var selector = Selector.Build(query.BuildFilter(target.Namespace, target.Model, revision, request.Gate));
        return new RevisionWindow(await client.ReadRangeAsync(target, selector, until - from + s_lookBack, until, cancellationToken), start);
    }
}
