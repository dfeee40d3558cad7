namespace Canario.Rollouts;

/// <summary>One step: the split to reach, the capacity that it needs, and what lets it be left.</summary>
public sealed record RolloutStep
{
    /// <summary>Candidate's share of the traffic, 0 to 100.</summary>
    public required int Weight { get; init; }

    /// <summary>Share of stable's requests copied to the candidate, 0 to 100; its answers are compared and thrown away.</summary>
    public int Mirror { get; init; }

    /// <summary>Candidate's replicas as a share of <see cref="RolloutPlan.Replicas"/>, rounded up; at least one replica.</summary>
    public int CandidateCapacityPercent { get; init; } = 100;

    /// <summary>Stable's replicas as a share of <see cref="RolloutPlan.Replicas"/>, rounded up, none at 0; lowered only after the weight is in force.</summary>
    public int StableCapacityPercent { get; init; } = 100;

    /// <summary>Stable is brought to its capacity, and its pods are gone, before the candidate's are asked for: the two never run together, at the price of a gap in service.</summary>
    public bool StableFirst { get; init; }

    public StepHold Hold { get; init; } = new();

    /// <summary>
    /// The one of <see cref="Gates"/> that asks which side does better. The step is left when it passes (the candidate does); when it fails (stable does), or has no answer by the hold's deadline,
    /// the candidate is stopped, and what was learnt is kept. Null: the step is no test.
    /// </summary>
    public string? Test { get; init; }

    /// <summary>Names of the gates that must pass to leave the step; a failing one acts at any time.</summary>
    public IReadOnlyList<string> Gates { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;
}
