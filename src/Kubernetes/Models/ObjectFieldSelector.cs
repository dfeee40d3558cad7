namespace Canario.Kubernetes.Models;

/// <summary>A field of the pod.</summary>
public sealed record ObjectFieldSelector
{
    public string? ApiVersion { get; set; }
    public string? FieldPath { get; set; }
}
