using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>What the kubelet reports.</summary>
public sealed record PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; set; }
    public string? Reason { get; set; }
    public string? Message { get; set; }
    [JsonPropertyName("podIP")]
    public string? PodIP { get; set; }
    [JsonPropertyName("hostIP")]
    public string? HostIP { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartTime { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; set; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; set; }
}
