using System.Text.Json.Serialization;

namespace Canario.Kubernetes.Models;

/// <summary>Objects by their labels; both parts must hold.</summary>
public sealed record LabelSelector
{
    [JsonConverter(typeof(StringMapConverter))]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; set; }
    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; set; }
}
