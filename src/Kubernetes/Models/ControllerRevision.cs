using System.Text.Json;

namespace Canario.Kubernetes.Models;

/// <summary>apps/v1: an immutable snapshot of an owner's configuration.</summary>
public sealed record ControllerRevision : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    /// <summary>Any object.</summary>
    public JsonElement? Data { get; set; }
    /// <summary>Orders the snapshots of one owner.</summary>
    public long? Revision { get; set; }
}
