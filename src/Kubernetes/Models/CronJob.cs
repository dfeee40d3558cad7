namespace Canario.Kubernetes.Models;

/// <summary>batch/v1, and v1beta1 before 1.21.</summary>
public sealed record CronJob : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public CronJobSpec? Spec { get; set; }
}
