namespace Canario.Kubernetes.Models;

/// <summary>One label's condition.</summary>
public sealed record LabelSelectorRequirement
{
    public string? Key { get; set; }
    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    public string? Operator { get; set; }
    public IReadOnlyList<string>? Values { get; set; }
}
