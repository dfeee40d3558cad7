namespace Canario.Kubernetes.Models;

/// <summary>Objects by their labels; both parts must hold.</summary>
public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; set; }
    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; set; }
}
