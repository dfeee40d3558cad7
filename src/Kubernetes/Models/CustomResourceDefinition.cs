using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>apiextensions.k8s.io/v1; the schema is left as JSON.</summary>
public sealed record CustomResourceDefinition : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public JsonElement? Spec { get; set; }
    public CustomResourceDefinitionStatus? Status { get; set; }
}
