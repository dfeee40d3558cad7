namespace Canario.Kubernetes.Models;

/// <summary>Linux capabilities.</summary>
public sealed record Capabilities
{
    public IReadOnlyList<string>? Add { get; set; }
    public IReadOnlyList<string>? Drop { get; set; }
}
