namespace Canario.Kubernetes.Models;

/// <summary>What the deployment controller saw last; trust it only when ObservedGeneration equals metadata.generation.</summary>
public sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? UpdatedReplicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public int? UnavailableReplicas { get; set; }
    public int? CollisionCount { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
