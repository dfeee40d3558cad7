using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>A port that a container listens on.</summary>
public sealed record ContainerPort
{
    public string? Name { get; set; }
    [JsonPropertyName("containerPort")]
    public int? Port { get; set; }
    public string? Protocol { get; set; }
}
