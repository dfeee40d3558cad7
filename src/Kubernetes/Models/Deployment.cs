namespace Canario.Kubernetes.Models;

/// <summary>apps/v1.</summary>
public sealed record Deployment : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public DeploymentSpec? Spec { get; set; }
    public DeploymentStatus? Status { get; set; }
}
