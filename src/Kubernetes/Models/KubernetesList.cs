namespace Canario.Kubernetes.Models;

/// <summary>A page of objects, or all of them.</summary>
public sealed record KubernetesList<T> where T : class, IKubernetesObject
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ListMeta Metadata { get; set; } = new();
    public List<T> Items { get; set; } = [];
}
