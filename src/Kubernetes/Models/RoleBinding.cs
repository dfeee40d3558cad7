namespace Canario.Kubernetes.Models;

/// <summary>rbac.authorization.k8s.io/v1.</summary>
public sealed record RoleBinding : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public IReadOnlyList<Subject>? Subjects { get; set; }
    public RoleRef? RoleRef { get; set; }
}
