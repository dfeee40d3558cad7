namespace Canario.Rollouts;

/// <summary>The candidate gets copies of stable's requests and no user an answer of it, until it is known how its answers differ; then what was planned for that.</summary>
sealed class ShadowStrategy(IRolloutStrategy canary) : IRolloutStrategy
{
    static readonly StepSpec[] DefaultSteps = [new() { Weight = 0, Mirror = 100 }];

    public string Name => StrategyNames.Shadow;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec) =>
    [
        .. (spec.ShadowSteps.Count > 0 ? spec.ShadowSteps : DefaultSteps).Select(step => BuildStep(spec, step)),
        .. spec.AfterShadow == AfterShadow.Canary ? canary.BuildSteps(spec) : [],
    ];

    static RolloutStep BuildStep(StrategySpec spec, StepSpec step) => new()
    {
        Weight = 0,
        Mirror = step.Mirror,
        // A pod of either side bears the same load.
        CandidateCapacityPercent = step.CandidateCapacityPercent ?? step.Mirror,
        StableCapacityPercent = step.StableCapacityPercent ?? 100,
        Hold = new StepHold { Minimum = step.Hold ?? spec.DefaultHold, Manual = step.Manual, Deadline = step.Deadline ?? spec.Deadline },
        Gates = step.Gates ?? spec.ShadowGates,
    };
}
