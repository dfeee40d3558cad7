namespace Canario.Kubernetes.Models;

/// <summary>What an eviction would be judged by.</summary>
public sealed record PodDisruptionBudgetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? DisruptionsAllowed { get; set; }
    public int? CurrentHealthy { get; set; }
    public int? DesiredHealthy { get; set; }
    public int? ExpectedPods { get; set; }
}
