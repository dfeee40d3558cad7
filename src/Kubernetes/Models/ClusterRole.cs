namespace Canario.Kubernetes.Models;

/// <summary>rbac.authorization.k8s.io/v1.</summary>
public sealed record ClusterRole : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public IReadOnlyList<PolicyRule>? Rules { get; set; }
}
