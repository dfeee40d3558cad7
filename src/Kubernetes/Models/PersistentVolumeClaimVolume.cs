namespace Canario.Kubernetes.Models;

/// <summary>A claim in the pod's namespace.</summary>
public sealed record PersistentVolumeClaimVolume
{
    public string? ClaimName { get; set; }
    public bool? ReadOnly { get; set; }
}
