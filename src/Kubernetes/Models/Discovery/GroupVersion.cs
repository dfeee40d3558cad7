using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models.Discovery;

/// <summary>One version of a group.</summary>
public sealed record GroupVersion
{
    /// <summary>Such as <c>apps/v1</c>.</summary>
    [JsonPropertyName("groupVersion")]
    public string Name { get; set; } = "";
    public string Version { get; set; } = "";
}
