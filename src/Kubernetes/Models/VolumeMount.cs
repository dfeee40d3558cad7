namespace Canario.Kubernetes.Models;

/// <summary>Where a container sees a volume.</summary>
public sealed record VolumeMount
{
    public string? Name { get; set; }
    public string? MountPath { get; set; }
    public string? SubPath { get; set; }
    public bool? ReadOnly { get; set; }
}
