namespace Canario.Kubernetes.Models;

/// <summary>Waits; Kubernetes 1.29 and later.</summary>
public sealed record SleepAction
{
    public long? Seconds { get; set; }
}
