namespace Canario.Kubernetes.Models;

/// <summary>A container's request or limit.</summary>
public sealed record ResourceFieldSelector
{
    public string? ContainerName { get; set; }
    public string? Resource { get; set; }
    public string? Divisor { get; set; }
}
