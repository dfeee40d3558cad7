namespace Canario.Kubernetes.Models;

/// <summary>autoscaling/v2 and v2beta2, equal in the fields modelled.</summary>
public sealed record HorizontalPodAutoscaler : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public HorizontalPodAutoscalerSpec? Spec { get; set; }
    public HorizontalPodAutoscalerStatus? Status { get; set; }
}
