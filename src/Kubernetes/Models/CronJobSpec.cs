namespace Canario.Kubernetes.Models;

/// <summary>When Jobs are made, and from what.</summary>
public sealed record CronJobSpec
{
    public string? Schedule { get; set; }
    public bool? Suspend { get; set; }
    public JobTemplateSpec? JobTemplate { get; set; }
}
