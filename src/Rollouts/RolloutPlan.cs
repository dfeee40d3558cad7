namespace Canario.Rollouts;

/// <summary>What spec asks for, as the machine needs it.</summary>
public sealed record RolloutPlan
{
    /// <summary>Revision that spec describes; empty when spec is invalid.</summary>
    public required string Revision { get; init; }

    /// <summary>Why spec is invalid; null: it is valid. An invalid plan freezes the rollout: traffic stays as it is.</summary>
    public string? SpecError { get; init; }

    /// <summary>Name of the strategy, for messages only: the machine knows steps.</summary>
    public string Strategy { get; init; } = StrategyNames.Canary;

    public IReadOnlyList<RolloutStep> Steps { get; init => field = Sequence<RolloutStep>.From(value); } = Sequence<RolloutStep>.Empty;

    /// <summary>After the last step the candidate is dropped and stable goes on: the steps were there to learn of it. Nothing is promoted.</summary>
    public bool DropsCandidate { get; init; }

    public IReadOnlyList<GateSpec> Gates { get; init => field = Sequence<GateSpec>.From(value); } = Sequence<GateSpec>.Empty;

    /// <summary>Names of the gates watched while baking; usually all.</summary>
    public IReadOnlyList<string> BakeGates { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;

    /// <summary>How long the candidate is watched at 100 % with stable kept warm. Zero: it is promoted once the weight is in force.</summary>
    public TimeSpan Bake { get; init; }

    /// <summary>Replicas of the serving side: what all traffic needs. With <see cref="Autoscaling"/> the least; the machine goes by what is needed at the moment.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>An autoscaler sets the replicas of either side, between these two; the machine sets the least that it may go down to. Null: <see cref="Replicas"/> is fixed.</summary>
    public ReplicaRange? Autoscaling { get; init; }

    /// <summary>
    /// Traffic goes to all ready pods alike, so that the number of them is the split: a weight can only be in force when stable has come down to its share, and stable lets its pods go
    /// as soon as the candidate's are ready, not after.
    /// </summary>
    public bool SplitByPods { get; init; }

    /// <summary>Who splits the traffic, in the plural; for messages only.</summary>
    public string Splitters { get; init; } = "all routers";

    /// <summary>How long capacity asked for may take to become ready before the candidate is rejected.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A candidate that its callers would have to be changed for is rejected before it gets traffic.</summary>
    public bool ChecksContract { get; init; }

    /// <summary>How often gates are looked at.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Set in spec: no step is left while it lasts. Rollback still works.</summary>
    public bool Paused { get; init; }

    /// <summary>The plan of a spec that cannot be carried out.</summary>
    public static RolloutPlan Invalid(string specError) => new() { Revision = "", SpecError = specError };
}
