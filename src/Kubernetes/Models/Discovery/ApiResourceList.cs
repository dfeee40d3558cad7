namespace Canario.Kubernetes.Models.Discovery;

/// <summary>GET of a group's version: the resources in it.</summary>
public sealed record ApiResourceList
{
    public IReadOnlyList<ApiResource> Resources { get; set; } = [];
}
