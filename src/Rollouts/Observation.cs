namespace Canario.Rollouts;

/// <summary>The facts that a decision is taken on.</summary>
public sealed record Observation
{
    static readonly IReadOnlyDictionary<string, Measurement> NoMeasurements = new Dictionary<string, Measurement>();

    /// <summary>Those of <see cref="RolloutMachine.World"/>'s revisions whose Deployments exist; an absent one has no capacity.</summary>
    public IReadOnlyList<RevisionObservation> Revisions { get; init; } = [];

    /// <summary>All ready routers serve the split of <c>World(plan, state)</c> for the very state that is given to Decide.</summary>
    public bool TrafficAcknowledged { get; init; }

    /// <summary>By gate name. A gate that is absent was not measured this time.</summary>
    public IReadOnlyDictionary<string, Measurement> Measurements { get; init; } = NoMeasurements;

    /// <summary>The command now on the object, handled or not.</summary>
    public RolloutCommand? Command { get; init; }

    internal RevisionObservation Of(string? revision) =>
        Revisions.FirstOrDefault(r => r.Revision == revision) ?? new RevisionObservation { Revision = revision ?? "" };
}
