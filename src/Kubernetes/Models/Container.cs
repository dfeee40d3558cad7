namespace Canario.Kubernetes.Models;

/// <summary>One container of a pod.</summary>
public sealed record Container
{
    public string? Name { get; set; }
    public string? Image { get; set; }
    public string? ImagePullPolicy { get; set; }
    public IReadOnlyList<string>? Command { get; set; }
    public IReadOnlyList<string>? Args { get; set; }
    public string? WorkingDir { get; set; }
    public IReadOnlyList<ContainerPort>? Ports { get; set; }
    public IReadOnlyList<EnvVar>? Env { get; set; }
    public IReadOnlyList<EnvFromSource>? EnvFrom { get; set; }
    public ResourceRequirements? Resources { get; set; }
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; set; }
    public Probe? StartupProbe { get; set; }
    public Probe? LivenessProbe { get; set; }
    public Probe? ReadinessProbe { get; set; }
    public Lifecycle? Lifecycle { get; set; }
    public SecurityContext? SecurityContext { get; set; }
    public string? TerminationMessagePath { get; set; }
    /// <summary>File or FallbackToLogsOnError.</summary>
    public string? TerminationMessagePolicy { get; set; }
}
