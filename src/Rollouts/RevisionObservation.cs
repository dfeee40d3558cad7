namespace Canario.Rollouts;

/// <summary>A revision's Deployment and pods as seen.</summary>
public sealed record RevisionObservation
{
    public required string Revision { get; init; }

    /// <summary>Replicas that its Deployment asks for.</summary>
    public int Desired { get; init; }

    public int Ready { get; init; }

    /// <summary>All of its pods, those that start or end included.</summary>
    public int Pods { get; init; }

    /// <summary>Replicas of the newest template.</summary>
    public int Updated { get; init; }

    public PodFailure? Failure { get; init; }

    /// <summary>Why a pod of it finds no node, in the scheduler's words; null: each has one.</summary>
    public string? Unschedulable { get; init; }
}
