namespace Canario.Kubernetes.Models;

/// <summary>Wanted pods of one pod template.</summary>
public sealed record ReplicaSetSpec
{
    public int? Replicas { get; set; }
    public LabelSelector? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
}
