namespace Canario.Kubernetes.Models;

/// <summary>Names an object in the same namespace.</summary>
public sealed record LocalObjectReference
{
    public string? Name { get; set; }
}
