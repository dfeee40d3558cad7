using Canario.Kubernetes.Models;
using Canario.Operator.Desired;

namespace Canario.Operator.Reconcile;

/// <summary>What a session is told from outside.</summary>
sealed record WorkOptions
{
    public static readonly TimeSpan LongestConnection = TimeSpan.FromSeconds(150);

    public required DesiredOptions Desired { get; init; }
    public Uri? PrometheusAddress { get; init; }

    /// <summary>ModelDeployments reconciled at once. Most of the time of each is waiting for the API server.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>How long routers serve a model on that another provider serves already: a connection that nobody uses for 130 s, they close by themselves, and every node has learnt of the change by then.</summary>
    public TimeSpan RouterRetirement { get; init; } = LongestConnection;

    /// <summary>Where a port of a pod is; tests put theirs on loopback.</summary>
    public Func<Pod, int, Uri?> AddressOfPod { get; init; } = Observer.AddressOf;
}
