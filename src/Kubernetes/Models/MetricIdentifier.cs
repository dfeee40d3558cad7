namespace Canario.Kubernetes.Models;

/// <summary>A metric of the custom metrics API.</summary>
public sealed record MetricIdentifier
{
    public string? Name { get; set; }
}
