namespace Canario.Kubernetes.Models;

/// <summary>What all processes of a pod may do.</summary>
public sealed record PodSecurityContext
{
    public long? RunAsUser { get; set; }
    public long? RunAsGroup { get; set; }
    public bool? RunAsNonRoot { get; set; }
    public long? FsGroup { get; set; }
    public string? FsGroupChangePolicy { get; set; }
    public IReadOnlyList<long>? SupplementalGroups { get; set; }
    public SeccompProfile? SeccompProfile { get; set; }
}
