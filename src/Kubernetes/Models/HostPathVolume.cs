namespace Canario.Kubernetes.Models;

/// <summary>A path of the node.</summary>
public sealed record HostPathVolume
{
    public string? Path { get; set; }
    public string? Type { get; set; }
}
