namespace Canario.Kubernetes.Models;

/// <summary>A metric of each pod, averaged over them.</summary>
public sealed record PodsMetricSource
{
    public MetricIdentifier? Metric { get; set; }
    public MetricValueTarget? Target { get; set; }
}
