namespace Canario.Rollouts;

/// <summary>The whole memory of the machine; what <c>status</c> stores. Equal by value, lists included.</summary>
public sealed record RolloutState
{
    /// <summary>Of a ModelDeployment that was never seen before.</summary>
    public static RolloutState Initial { get; } = new();

    public RolloutPhase Phase { get; init; } = RolloutPhase.Preparing;

    /// <summary>Why the phase is what it is: one of <see cref="RolloutReasons"/>, a gate type or a pod failure reason.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Serves, or is the one to come back to. Null until the first revision is ready.</summary>
    public string? StableRevision { get; init; }

    /// <summary>The one on trial. Null when there is none.</summary>
    public string? CandidateRevision { get; init; }

    /// <summary>From 0; meaningful in Progressing and Paused. Equal to the number of steps in Baking.</summary>
    public int StepIndex { get; init; }

    /// <summary>Candidate's weight asked of the routers.</summary>
    public int Weight { get; init; }

    /// <summary>Share of stable's requests copied to the candidate, asked of the routers.</summary>
    public int Mirror { get; init; }

    public int StableReplicas { get; init; }

    public int CandidateReplicas { get; init; }

    /// <summary>When the step's capacity was asked for, or was lost after it had been there. In Preparing and RollingBack the progress deadline counts from here; in a step it does not count what capacity was there (<see cref="CapacityMissingFor"/>).</summary>
    public DateTimeOffset? StepEnteredAt { get; init; }

    /// <summary>When the step's weight came into force at every router; holds, bake and gate windows count from here. Null: not yet, or lost with the capacity.</summary>
    public DateTimeOffset? StepStartedAt { get; init; }

    public DateTimeOffset? PhaseStartedAt { get; init; }

    /// <summary>When this rollout began.</summary>
    public DateTimeOffset? RolloutStartedAt { get; init; }

    /// <summary>When the candidate first had traffic.</summary>
    public DateTimeOffset? TrafficStartedAt { get; init; }

    /// <summary>From 1; a retry is the next one.</summary>
    public int Attempt { get; init; }

    /// <summary>A promote was given for this step.</summary>
    public bool HoldSkipped { get; init; }

    /// <summary>A pause command is in force.</summary>
    public bool PausedByCommand { get; init; }

    /// <summary>What a Paused step, or a bake that is over, waits for; null: nothing but time.</summary>
    public string? PauseReason { get; init; }

    /// <summary>Since when measuring fails; null: it works.</summary>
    public DateTimeOffset? ProviderUnavailableSince { get; init; }

    /// <summary>Time in this step without measurements, which the step's deadline does not count.</summary>
    public TimeSpan ProviderUnavailableFor { get; init; }

    /// <summary>Since when the candidate lacks capacity that the step needs; null: it has it, or somebody else keeps the step.</summary>
    public DateTimeOffset? CapacityMissingSince { get; init; }

    /// <summary>The same from before: all of the step's time without its capacity counts towards the progress deadline, whatever came in between.</summary>
    public TimeSpan CapacityMissingFor { get; init; }

    /// <summary>How often this step has lost capacity that had been there.</summary>
    public int CapacityLosses { get; init; }

    /// <summary>Since when stable has no ready pod beside a candidate that serves. Null: it has.</summary>
    public DateTimeOffset? StableLostSince { get; init; }

    /// <summary>The same from before, in this step.</summary>
    public TimeSpan StableLostFor { get; init; }

    /// <summary>Of the last valid plan: what stable needs to bear all traffic, also while spec is invalid. With autoscaling it only grows while a rollout lasts.</summary>
    public int Replicas { get; init; }

    /// <summary>With autoscaling: <see cref="Replicas"/> when the step's weight came into force. Load that has grown since is no lost capacity. Null: the replicas are fixed.</summary>
    public int? StepCapacity { get; init; }

    /// <summary>With autoscaling: until then stable keeps what the rollout ended with; its autoscaler has hardly seen all of the traffic yet.</summary>
    public DateTimeOffset? CapacityHeldUntil { get; init; }

    /// <summary>In Stalled: the phase to go on with.</summary>
    public RolloutPhase? ResumePhase { get; init; }

    /// <summary>Newest last; at most <see cref="RolloutMachine.MaxRejected"/>.</summary>
    public IReadOnlyList<RejectedRevision> Rejected { get; init => field = Sequence<RejectedRevision>.From(value); } = Sequence<RejectedRevision>.Empty;

    /// <summary>Revisions whose steps ended and that were dropped as planned, newest last; at most <see cref="RolloutMachine.MaxRejected"/>.</summary>
    public IReadOnlyList<ConcludedRevision> Concluded { get; init => field = Sequence<ConcludedRevision>.From(value); } = Sequence<ConcludedRevision>.Empty;

    /// <summary>Revisions that were stable once, the latest last; at most <see cref="RolloutMachine.MaxServed"/>.</summary>
    public IReadOnlyList<string> Served { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;

    /// <summary>Null: spec is followed.</summary>
    public Undo? Undo { get; init; }

    public HandledCommand? LastCommand { get; init; }

    /// <summary>The last results of the gates, in the plan's order. Kept after the end, as the evidence.</summary>
    public IReadOnlyList<GateResult> Gates { get; init => field = Sequence<GateResult>.From(value); } = Sequence<GateResult>.Empty;

    /// <summary>Nothing will change until an event comes.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsTerminal => Phase is RolloutPhase.Healthy or RolloutPhase.RolledBack || (Phase is RolloutPhase.Stalled && Reason == RolloutReasons.InvalidSpec);

    public bool IsRejected(string revision) => Rejected.Any(rejected => rejected.Revision == revision);

    public bool IsConcluded(string revision) => Concluded.Any(concluded => concluded.Revision == revision);
}
