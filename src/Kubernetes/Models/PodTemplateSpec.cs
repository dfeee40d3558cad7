namespace Canario.Kubernetes.Models;

/// <summary>Pods that a controller makes.</summary>
public sealed record PodTemplateSpec
{
    public ObjectMeta? Metadata { get; set; }
    public PodSpec? Spec { get; set; }
}
