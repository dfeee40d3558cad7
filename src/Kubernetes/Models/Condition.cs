using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>One aspect of an object's state, shaped as metav1.Condition; Deployments and pods use the same fields.</summary>
public sealed record Condition
{
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Type { get; set; }
    /// <summary>True, False or Unknown.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Status { get; set; }
    public long? ObservedGeneration { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
    /// <summary>Deployments only.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastUpdateTime { get; set; }
    /// <summary>Pods only.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastProbeTime { get; set; }
    /// <summary>PascalCase.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Reason { get; set; }
    public string? Message { get; set; }
}
