namespace Canario.Rollouts;

/// <summary>The facts that a decision is taken on.</summary>
public sealed record Observation
{
    static readonly IReadOnlyDictionary<string, Measurement> NoMeasurements = new Dictionary<string, Measurement>();

    /// <summary>Those of <see cref="RolloutMachine.World"/>'s revisions whose Deployments exist; an absent one has no capacity.</summary>
    public IReadOnlyList<RevisionObservation> Revisions { get; init; } = [];

    /// <summary>The split that everybody who splits (every ready router, the gateway, the pods) has taken over, usually <c>World(plan, state).Split</c> or, when they have not (yet), null. Weights are believed only when they are here.</summary>
    public TrafficSplit? TrafficInForce { get; init; }

    /// <summary>What keeps the split from coming into force, in the words of whoever splits; null: nothing that is known.</summary>
    public string? TrafficProblem { get; init; }

    /// <summary><see cref="MeasureRequest.CandidateFrom"/> of the requests that <see cref="Measurements"/> answer. Measurements of another window are ignored.</summary>
    public DateTimeOffset? MeasuredFrom { get; init; }

    /// <summary>By gate name. A gate that is absent was not measured this time.</summary>
    public IReadOnlyDictionary<string, Measurement> Measurements { get; init; } = NoMeasurements;

    /// <summary>Null: not known yet. Looked at only while <see cref="RolloutMachine.NeedsContract"/>.</summary>
    public ContractCheck? Contract { get; init; }

    /// <summary>The command now on the object, handled or not.</summary>
    public RolloutCommand? Command { get; init; }

    /// <summary>Revisions of which all is kept that their pods are made from, newest first. Looked at only with an undo that is not handled.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];

    internal RevisionObservation Of(string? revision) =>
        Revisions.FirstOrDefault(r => r.Revision == revision) ?? new RevisionObservation { Revision = revision ?? "" };
}
