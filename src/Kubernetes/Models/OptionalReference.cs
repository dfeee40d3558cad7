namespace Canario.Kubernetes.Models;

/// <summary>Names an object that may be absent.</summary>
public sealed record OptionalReference
{
    public string? Name { get; set; }
    public bool? Optional { get; set; }
}
