namespace Canario.Rollouts;

/// <summary>Pods are replaced some at a time; each side's weight is its share of the pods. As Kubernetes' Deployments do it, with the gates at every step.</summary>
public sealed class RollingUpdateStrategy : IRolloutStrategy
{
    /// <summary>A step is at least one whole per cent, of the weight and of the replicas: with more pods one could not be replaced alone.</summary>
    public const int MaxReplicas = 100;

    public string Name => StrategyNames.RollingUpdate;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec)
    {
        var all = Math.Clamp(spec.Replicas, 1, MaxReplicas);
        var (surge, missing) = (Math.Max(1, spec.MaxSurge), Math.Max(0, spec.MaxUnavailable));
        var steps = new List<RolloutStep>();
        for (var (candidate, stable) = (0, all); candidate < all;)
        {
            candidate = Math.Min(all, all + surge - stable);
            stable = Math.Max(0, all - missing - candidate);
            steps.Add(BuildStep(spec, all, candidate, stable));
        }

        return steps;
    }

    static RolloutStep BuildStep(StrategySpec spec, int all, int candidate, int stable) => new()
    {
        Weight = stable == 0 ? 100 : 100 * candidate / (candidate + stable),
        CandidateCapacityPercent = PercentOf(candidate, all),
        StableCapacityPercent = PercentOf(stable, all),
        // With all of its pods there is nothing left to wait for but the bake, which has the gates.
        Hold = candidate == all ? new StepHold() : new StepHold { Minimum = spec.DefaultHold, Manual = spec.ManualHold, Deadline = spec.Deadline },
        Gates = candidate == all ? [] : spec.Gates,
    };

    /// <summary>The per cent that rounded up is just so many: exact up to <see cref="MaxReplicas"/>.</summary>
    static int PercentOf(int count, int all) => 100 * count / all;
}
