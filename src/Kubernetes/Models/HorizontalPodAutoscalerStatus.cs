namespace Canario.Kubernetes.Models;

/// <summary>What the autoscaler saw and wants.</summary>
public sealed record HorizontalPodAutoscalerStatus
{
    public int? CurrentReplicas { get; set; }
    public int? DesiredReplicas { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
