namespace Canario.Kubernetes.Models;

/// <summary>CPU or memory of the pods.</summary>
public sealed record ResourceMetricSource
{
    public string? Name { get; set; }
    public MetricValueTarget? Target { get; set; }
}
