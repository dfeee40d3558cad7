namespace Canario.Rollouts;

/// <summary>Stable is stopped, then the candidate is started: for what may not run twice. Nobody is served in between; the gates watch the candidate in the bake.</summary>
sealed class RecreateStrategy : IRolloutStrategy
{
    public string Name => StrategyNames.Recreate;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec) => [new() { Weight = 100, CandidateCapacityPercent = 100, StableCapacityPercent = 0, StableFirst = true }];
}
