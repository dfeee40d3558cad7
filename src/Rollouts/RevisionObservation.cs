namespace Canario.Rollouts;

/// <summary>A revision's Deployment and pods as seen.</summary>
public sealed record RevisionObservation
{
    public required string Revision { get; init; }

    /// <summary>Replicas that its Deployment asks for.</summary>
    public int Desired { get; init; }

    public int Ready { get; init; }

    /// <summary>Replicas of the newest template.</summary>
    public int Updated { get; init; }

    public PodFailure? Failure { get; init; }
}
