namespace Canario.Kubernetes.Models;

/// <summary>Not running yet, or between restarts.</summary>
public sealed record ContainerStateWaiting
{
    /// <summary>CrashLoopBackOff, ImagePullBackOff, ErrImagePull, CreateContainerConfigError, …</summary>
    public string? Reason { get; set; }
    public string? Message { get; set; }
}
