namespace Canario.Kubernetes.Models;

/// <summary>policy/v1 and v1beta1, equal in the fields modelled.</summary>
public sealed record PodDisruptionBudget : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public PodDisruptionBudgetSpec? Spec { get; set; }
    public PodDisruptionBudgetStatus? Status { get; set; }
}
