using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>The holder and when it last renewed.</summary>
public sealed record LeaseSpec
{
    /// <summary>Empty or absent: released.</summary>
    public string? HolderIdentity { get; set; }
    public int? LeaseDurationSeconds { get; set; }
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }
    public int? LeaseTransitions { get; set; }
}
