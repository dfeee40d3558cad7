using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Metrics;

/// <summary>The router's metric families.</summary>
internal sealed class RouterMetrics(MetricRegistry registry)
{
    // Differences of probabilities and of whatever a regression predicts: from what rounding makes to what nobody would miss.
    private static readonly double[] s_differences = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];
    private static readonly string[] s_pair = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Stable];
    private static readonly string[] s_slice = [.. s_pair, MetricLabels.Slice];
    private readonly ConcurrentDictionary<ModelIdentity, RevisionMetrics> _revisions = new();
    private readonly ConcurrentDictionary<ModelIdentity, ShadowMetrics> _shadows = new();

    public Counter Requests { get; } = registry.CreateCounter(
        MetricNames.RouterRequests, "Requests by the status given to the client.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);

    public Histogram Duration { get; } = registry.CreateHistogram(
        MetricNames.RouterDuration,
        "From the request's head read to the response's last byte written.",
        LatencyBuckets.Seconds,
        MetricLabels.Namespace,
        MetricLabels.Model,
        MetricLabels.Revision);

    public Counter Failures { get; } = registry.CreateCounter(
        "canario_router_upstream_failures_total",
        "Attempts that brought no answer from the model's server, retried ones included.",
        MetricLabels.Namespace,
        MetricLabels.Model,
        MetricLabels.Revision,
        "reason");

    public Counter ShadowPairs { get; } = registry.CreateCounter(MetricNames.ShadowPairs, "Requests answered by stable and copied to revision, by how the answers compare.", [.. s_pair, MetricLabels.Outcome]);

    public Histogram ShadowDifference { get; } = registry.CreateHistogram(
        MetricNames.ShadowDifference, "Mean absolute difference of the numbers of a pair of answers.", s_differences, s_pair);

    public Gauge ShadowSquaredDifference { get; } = registry.CreateRealCounter(MetricNames.ShadowSquaredDifference, "Sum of the squares of the pairs' mean absolute differences.", s_pair);

    public Gauge ShadowLargestDifference { get; } = registry.CreateGauge(MetricNames.ShadowLargestDifference, "Largest absolute difference of two numbers since copying began.", s_pair);

    public Counter ShadowRankBlocks { get; } = registry.CreateCounter(MetricNames.ShadowRankBlocks, "Blocks of pairs whose numbers were ranked.", s_pair);

    public Gauge ShadowRankDistance { get; } = registry.CreateRealCounter(MetricNames.ShadowRankDistance, "Sum over the ranked blocks of half of 1 minus Spearman's rank correlation.", s_pair);

    public Counter SlicePairs { get; } = registry.CreateCounter(MetricNames.ShadowSlicePairs, "Pairs of answers of one slice, by how they compare.", [.. s_slice, MetricLabels.Outcome]);

    public Counter SliceNumbers { get; } = registry.CreateCounter(MetricNames.ShadowSliceNumbers, "Pairs of one slice that have numbers.", s_slice);

    public Gauge SliceDifference { get; } = registry.CreateRealCounter(MetricNames.ShadowSliceDifference, "Sum of the mean absolute differences of the pairs of one slice.", s_slice);

    public Gauge SliceLargestDifference { get; } = registry.CreateGauge(MetricNames.ShadowSliceLargestDifference, "Largest absolute difference of two numbers in one slice since copying began.", s_slice);

    public Counter SliceRankBlocks { get; } = registry.CreateCounter(MetricNames.ShadowSliceRankBlocks, "Blocks of pairs of one slice whose numbers were ranked.", s_slice);

    public Gauge SliceRankDistance { get; } = registry.CreateRealCounter(MetricNames.ShadowSliceRankDistance, "Sum over those blocks of half of 1 minus Spearman's rank correlation.", s_slice);

    public Counter ShadowDropped { get; } = registry.CreateCounter(
        MetricNames.ShadowDropped, "Requests that were to be copied and were not.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, "reason");

    public CounterChild BadConfigurations { get; } = registry.CreateCounter("canario_router_bad_configurations_total", "Configurations that were refused.").WithLabels();

    public RevisionMetrics For(ModelIdentity identity) => _revisions.GetOrAdd(identity, static (i, self) => new RevisionMetrics(i, self), this);

    public ShadowMetrics ShadowFor(ModelIdentity identity) => _shadows.GetOrAdd(identity, static (i, self) => new ShadowMetrics(i, self), this);

    /// <summary>Ends the series of a revision that no configuration names any more.</summary>
    public void Remove(ModelIdentity identity)
    {
        if (_shadows.TryRemove(identity, out var shadow)) shadow.Remove();
        if (_revisions.TryRemove(identity, out var metrics)) metrics.Remove();
    }
}
