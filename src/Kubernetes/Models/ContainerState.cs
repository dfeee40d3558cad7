namespace Canario.Kubernetes.Models;

/// <summary>Exactly one member is set.</summary>
public sealed record ContainerState
{
    public ContainerStateWaiting? Waiting { get; set; }
    public ContainerStateRunning? Running { get; set; }
    public ContainerStateTerminated? Terminated { get; set; }
}
