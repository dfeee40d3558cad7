using Canario.Rollouts;

namespace Canario.Operator.Traffic.Services;

/// <summary>Shares of the traffic as whole pods. Pure.</summary>
static class PodShares
{
    static readonly int[] DefaultWeights = [10, 25, 50];

    public static bool IsWhole(int weight, int replicas) => (long)weight * replicas % 100 == 0;

    /// <summary>The weights of steps that so many replicas can have.</summary>
    public static IEnumerable<int> Allowed(int replicas) => Enumerable.Range(0, 100).Where(weight => IsWhole(weight, replicas));

    /// <summary>The steps with stable's part of the pods. Of the default ones those that are whole; one pod alone can only be started and tested before it gets everything.</summary>
    public static IReadOnlyList<StepSpec> BuildSteps(IReadOnlyList<StepSpec> steps, int replicas)
    {
        if (steps.Count == 0)
        {
            steps = [.. DefaultWeights.Where(weight => IsWhole(weight, replicas)).DefaultIfEmpty(0).Select(weight => new StepSpec { Weight = weight })];
        }

        return [.. steps.Select(step => step with { StableCapacityPercent = 100 - step.Weight })];
    }
}
