namespace Canario.Rollouts;

/// <summary>One step of a canary as configured; null means the strategy's default.</summary>
public sealed record StepSpec
{
    /// <summary>0 to 100.</summary>
    public required int Weight { get; init; }

    public int Mirror { get; init; }

    /// <summary>Default: the weight, so that a pod of either side bears the same load.</summary>
    public int? CandidateCapacityPercent { get; init; }

    /// <summary>Default: 100, so that a rollback finds stable ready.</summary>
    public int? StableCapacityPercent { get; init; }

    public TimeSpan? Hold { get; init; }

    /// <summary>Hold until promoted by hand.</summary>
    public bool Manual { get; init; }

    public TimeSpan? Deadline { get; init; }

    /// <summary>Null: all gates; empty: none.</summary>
    public IReadOnlyList<string>? Gates { get; init => field = value is null ? null : Sequence<string>.From(value); }
}
