namespace Canario.Kubernetes.Models;

/// <summary>What is scaled, within which bounds and by what. How fast (<c>behavior</c>) is not modelled.</summary>
public sealed record HorizontalPodAutoscalerSpec
{
    public CrossVersionObjectReference? ScaleTargetRef { get; set; }
    public int? MinReplicas { get; set; }
    public int? MaxReplicas { get; set; }
    public IReadOnlyList<MetricSpec>? Metrics { get; set; }
}
