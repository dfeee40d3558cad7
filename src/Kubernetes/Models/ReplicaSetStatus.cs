namespace Canario.Kubernetes.Models;

/// <summary>Pods that there are.</summary>
public sealed record ReplicaSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
