namespace Canario.Rollouts;

/// <summary>Its listed steps.</summary>
sealed class CanaryStrategy : IRolloutStrategy
{
    static readonly StepSpec[] DefaultSteps = [new() { Weight = 10 }, new() { Weight = 25 }, new() { Weight = 50 }];

    public string Name => StrategyNames.Canary;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec) =>
        [.. (spec.Steps.Count > 0 ? spec.Steps : DefaultSteps).Select(step => BuildStep(spec, step))];

    static RolloutStep BuildStep(StrategySpec spec, StepSpec step) => new()
    {
        Weight = step.Weight,
        Mirror = step.Mirror,
        CandidateCapacityPercent = step.CandidateCapacityPercent ?? Math.Max(step.Weight, step.Mirror),
        StableCapacityPercent = step.StableCapacityPercent ?? 100,
        Hold = new StepHold { Minimum = step.Hold ?? spec.DefaultHold, Manual = step.Manual, Deadline = step.Deadline ?? spec.Deadline },
        // Nothing can be measured of a candidate that gets no requests, so a step without any is not gated unless it says so.
        Gates = step.Gates ?? (step.Weight > 0 ? spec.Gates : []),
    };
}
