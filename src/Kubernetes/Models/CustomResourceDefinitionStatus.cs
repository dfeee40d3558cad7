namespace Canario.Kubernetes.Models;

/// <summary>Whether the API server serves the resource.</summary>
public sealed record CustomResourceDefinitionStatus
{
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
