using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Points at the object that owns this one; the garbage collector deletes dependents of a deleted owner.</summary>
public sealed record OwnerReference
{
    [JsonConverter(typeof(PooledStringConverter))]
    public string? ApiVersion { get; set; }
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Kind { get; set; }
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Name { get; set; }
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Uid { get; set; }
    /// <summary>At most one owner is the controller.</summary>
    public bool? Controller { get; set; }
    public bool? BlockOwnerDeletion { get; set; }
}
