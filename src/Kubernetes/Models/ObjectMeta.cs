using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Metadata that every stored object has. managedFields is not modelled on purpose: it is often larger than the object, and server-side apply needs no copy of it.</summary>
public sealed record ObjectMeta
{
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Name { get; set; }
    public string? GenerateName { get; set; }
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Namespace { get; set; }
    public string? Uid { get; set; }
    /// <summary>Opaque; compare for equality only.</summary>
    public string? ResourceVersion { get; set; }
    /// <summary>Raised by the API server when spec changes.</summary>
    public long? Generation { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? CreationTimestamp { get; set; }
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? DeletionTimestamp { get; set; }
    public long? DeletionGracePeriodSeconds { get; set; }
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; set; }
    public IReadOnlyList<string>? Finalizers { get; set; }
}
