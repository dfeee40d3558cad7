namespace Canario.Rollouts;

/// <summary>A full candidate beside stable at weight 0; then all at once. The gates watch it after the switch, in the bake.</summary>
sealed class BlueGreenStrategy : IRolloutStrategy
{
    public string Name => StrategyNames.BlueGreen;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec) =>
    [
        new()
        {
            Weight = 0,
            CandidateCapacityPercent = 100,
            Hold = new StepHold { Minimum = spec.PreviewHold, Manual = !spec.AutoPromote, Deadline = spec.Deadline },
        },
    ];
}
