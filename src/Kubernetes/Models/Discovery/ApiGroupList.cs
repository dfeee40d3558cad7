namespace Canario.Kubernetes.Models.Discovery;

/// <summary>GET /apis.</summary>
public sealed record ApiGroupList
{
    public IReadOnlyList<ApiGroup> Groups { get; set; } = [];
}
