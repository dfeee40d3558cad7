namespace Canario.Kubernetes.Models;

/// <summary>A directory that lives as long as the pod.</summary>
public sealed record EmptyDirVolume
{
    /// <summary>Memory, or empty for disk.</summary>
    public string? Medium { get; set; }
    public string? SizeLimit { get; set; }
}
