namespace Canario.Kubernetes.Models;

/// <summary>Quantities such as 250m or 512Mi, by resource name.</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, string>? Requests { get; set; }
    public IReadOnlyDictionary<string, string>? Limits { get; set; }
}
