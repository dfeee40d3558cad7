using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>What may be done with what.</summary>
public sealed record PolicyRule
{
    public IReadOnlyList<string>? ApiGroups { get; set; }
    public IReadOnlyList<string>? Resources { get; set; }
    public IReadOnlyList<string>? ResourceNames { get; set; }
    public IReadOnlyList<string>? Verbs { get; set; }
    [JsonPropertyName("nonResourceURLs")]
    public IReadOnlyList<string>? NonResourceUrls { get; set; }
}
