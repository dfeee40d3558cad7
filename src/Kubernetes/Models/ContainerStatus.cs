using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>What the kubelet reports of one container.</summary>
public sealed record ContainerStatus
{
    public string? Name { get; set; }
    public bool? Ready { get; set; }
    public bool? Started { get; set; }
    public int? RestartCount { get; set; }
    public string? Image { get; set; }
    [JsonPropertyName("imageID")]
    public string? ImageID { get; set; }
    public ContainerState? State { get; set; }
    /// <summary>How the run before this one ended.</summary>
    public ContainerState? LastState { get; set; }
}
