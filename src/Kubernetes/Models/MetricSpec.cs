namespace Canario.Kubernetes.Models;

/// <summary>One metric of an autoscaler: the member that <see cref="Type"/> names is set.</summary>
public sealed record MetricSpec
{
    /// <summary>Resource or Pods; others are not modelled.</summary>
    public string? Type { get; set; }
    public ResourceMetricSource? Resource { get; set; }
    public PodsMetricSource? Pods { get; set; }
}
