namespace Canario.Kubernetes.Models;

/// <summary>Core v1. Never log one.</summary>
public sealed record Secret : IKubernetesObject
{
    /// <inheritdoc/>
    public string? ApiVersion { get; set; }
    /// <inheritdoc/>
    public string? Kind { get; set; }
    /// <inheritdoc/>
    public ObjectMeta Metadata { get; set; } = new();
    public string? Type { get; set; }
    /// <summary>Decoded; base64 on the wire.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; set; }
    /// <summary>Write only.</summary>
    public IReadOnlyDictionary<string, string>? StringData { get; set; }
    public bool? Immutable { get; set; }
}
