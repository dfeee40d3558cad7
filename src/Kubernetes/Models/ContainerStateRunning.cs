using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Running.</summary>
public sealed record ContainerStateRunning
{
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartedAt { get; set; }
}
