namespace Canario.Kubernetes.Models;

/// <summary>Core v1.</summary>
public sealed record ConfigMap : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public IReadOnlyDictionary<string, string>? Data { get; set; }
    /// <summary>Base64.</summary>
    public IReadOnlyDictionary<string, string>? BinaryData { get; set; }
    public bool? Immutable { get; set; }
}
