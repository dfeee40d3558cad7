using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>batch/v1.</summary>
public sealed record Job : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    /// <summary>As whoever made it wrote it.</summary>
    public JsonElement? Spec { get; set; }
    public JobStatus? Status { get; set; }
}
