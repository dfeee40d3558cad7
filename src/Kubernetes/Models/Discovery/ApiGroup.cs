namespace Canario.Kubernetes.Models.Discovery;

/// <summary>A group and the versions of it that are served.</summary>
public sealed record ApiGroup
{
    public string Name { get; set; } = "";
    public IReadOnlyList<GroupVersion> Versions { get; set; } = [];
}
