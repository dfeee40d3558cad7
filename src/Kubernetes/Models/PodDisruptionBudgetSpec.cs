namespace Canario.Kubernetes.Models;

/// <summary>How many pods voluntary disruptions must leave.</summary>
public sealed record PodDisruptionBudgetSpec
{
    public IntOrString? MinAvailable { get; set; }
    public IntOrString? MaxUnavailable { get; set; }
    public LabelSelector? Selector { get; set; }
}
