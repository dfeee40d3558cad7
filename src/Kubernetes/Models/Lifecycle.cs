namespace Canario.Kubernetes.Models;

/// <summary>Hooks around a container's life.</summary>
public sealed record Lifecycle
{
    public LifecycleHandler? PostStart { get; set; }
    public LifecycleHandler? PreStop { get; set; }
}
