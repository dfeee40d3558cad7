using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Ended.</summary>
public sealed record ContainerStateTerminated
{
    public int? ExitCode { get; set; }
    public int? Signal { get; set; }
    /// <summary>OOMKilled, Error, Completed, …</summary>
    public string? Reason { get; set; }
    /// <summary>The container's termination message.</summary>
    public string? Message { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartedAt { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? FinishedAt { get; set; }
}
