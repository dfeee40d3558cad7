namespace Canario.Kubernetes.Models;

/// <summary>coordination.k8s.io/v1: who leads.</summary>
public sealed record Lease : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public LeaseSpec? Spec { get; set; }
}
