namespace Canario.Kubernetes.Models;

/// <summary>Wanted pods and how they are replaced.</summary>
public sealed record DeploymentSpec
{
    public int? Replicas { get; set; }
    /// <summary>Immutable.</summary>
    public LabelSelector? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
    public DeploymentStrategy? Strategy { get; set; }
    public int? MinReadySeconds { get; set; }
    public int? RevisionHistoryLimit { get; set; }
    public int? ProgressDeadlineSeconds { get; set; }
    public bool? Paused { get; set; }
}
