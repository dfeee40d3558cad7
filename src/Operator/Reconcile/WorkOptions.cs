using Canario.Kubernetes.Models;
using Canario.Operator.Desired;

namespace Canario.Operator.Reconcile;

/// <summary>What a session is told from outside.</summary>
sealed record WorkOptions
{
    public required DesiredOptions Desired { get; init; }
    public Uri? PrometheusAddress { get; init; }

    /// <summary>ModelDeployments reconciled at once. Most of the time of each is waiting for the API server.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>Where a port of a pod is; tests put theirs on loopback.</summary>
    public Func<Pod, int, Uri?> AddressOfPod { get; init; } = Observer.AddressOf;
}
