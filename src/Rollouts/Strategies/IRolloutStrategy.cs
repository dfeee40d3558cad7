namespace Canario.Rollouts;

/// <summary>A function from a strategy's spec to steps. The move to 100 % and the bake follow the last step and belong to every strategy.</summary>
public interface IRolloutStrategy
{
    string Name { get; }

    IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec);
}
