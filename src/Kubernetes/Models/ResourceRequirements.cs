using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Quantities such as 250m or 512Mi, by resource name.</summary>
public sealed record ResourceRequirements
{
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? Requests { get; set; }
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? Limits { get; set; }
}
