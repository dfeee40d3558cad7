namespace Canario.Kubernetes.Models;

/// <summary>An object of the same namespace that has a scale.</summary>
public sealed record CrossVersionObjectReference
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
}
