namespace Canario.Kubernetes.Models.Discovery;

/// <summary>GET /api.</summary>
public sealed record ApiVersions
{
    public IReadOnlyList<string> Versions { get; set; } = [];
}
