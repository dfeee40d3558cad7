using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Metrics;

/// <summary>The router's metric families.</summary>
internal sealed class RouterMetrics(MetricRegistry registry)
{
    private readonly ConcurrentDictionary<ModelIdentity, RevisionMetrics> _revisions = new();

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

    public CounterChild BadConfigurations { get; } = registry.CreateCounter("canario_router_bad_configurations_total", "Configurations that were refused.").WithLabels();

    public RevisionMetrics For(ModelIdentity identity) => _revisions.GetOrAdd(identity, static (i, self) => new RevisionMetrics(i, self), this);

    /// <summary>Ends the series of a revision that no configuration names any more.</summary>
    public void Remove(ModelIdentity identity)
    {
        if (_revisions.TryRemove(identity, out var metrics)) metrics.Remove();
    }
}
