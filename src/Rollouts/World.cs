namespace Canario.Rollouts;

/// <summary>What there should be. A revision that is not listed should have no pods and no traffic.</summary>
public sealed record World
{
    public static World Nothing { get; } = new() { Revisions = [] };

    /// <summary>Stable first. Weights sum to 100 unless it is empty.</summary>
    public required IReadOnlyList<WorldRevision> Revisions { get; init => field = Sequence<WorldRevision>.From(value); }

    /// <summary>The traffic part of it.</summary>
    public TrafficSplit Split => new([.. Revisions.Select(revision => new TrafficShare(revision.Revision, revision.Weight, revision.Mirror))]);
}
