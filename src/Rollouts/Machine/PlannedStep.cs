namespace Canario.Rollouts;

static class PlannedStep
{
    /// <summary>The step at this index; past the last one, the bake, which is a step like the others.</summary>
    public static RolloutStep At(RolloutPlan plan, int index) => index >= 0 && index < plan.Steps.Count ? plan.Steps[index] : Bake(plan);

    public static bool IsBake(RolloutPlan plan, int index) => index >= plan.Steps.Count;

    /// <summary>A last step at 100 % has said already what of stable is kept; after any other all of it stays warm.</summary>
    static RolloutStep Bake(RolloutPlan plan)
    {
        var bake = new RolloutStep { Weight = 100, Hold = new StepHold { Minimum = plan.Bake }, Gates = plan.BakeGates };
        return plan.Steps is [.., { Weight: 100 } last] ? bake with { StableCapacityPercent = last.StableCapacityPercent, StableFirst = last.StableFirst } : bake;
    }

    /// <summary>Replicas for this share of the plan's, rounded up: at least one of a plan that has any, unless the share is nothing.</summary>
    public static int Replicas(RolloutPlan plan, int percent) =>
        plan.Replicas <= 0 || percent <= 0 ? 0 : (int)Math.Clamp(((long)plan.Replicas * percent + 99) / 100, 1, int.MaxValue);

    /// <summary>At least one, also of a plan that is scaled to zero: a candidate without a pod could never be judged.</summary>
    public static int CandidateReplicas(RolloutPlan plan, RolloutStep step) => Math.Max(1, Replicas(plan, step.CandidateCapacityPercent));

    /// <summary>Stable's replicas for the rest of this weight: what a step until here planned for it, else its share.</summary>
    public static int StableReplicasFor(RolloutPlan plan, int index, int weight)
    {
        for (var i = Math.Min(index, plan.Steps.Count); i >= 0; i--)
        {
            if (At(plan, i) is var step && step.Weight == weight)
            {
                return Replicas(plan, step.StableCapacityPercent);
            }
        }

        return Replicas(plan, 100 - weight);
    }

    /// <summary>Weight of this step that so many ready replicas may be given: in proportion, rounded down, while some are missing.</summary>
    public static int BearableWeight(RolloutPlan plan, RolloutStep step, int ready)
    {
        var needed = CandidateReplicas(plan, step);
        return ready <= 0 ? 0 : ready >= needed ? step.Weight : (int)((long)step.Weight * ready / needed);
    }

    /// <summary>The same for the step before this one; nothing before the first.</summary>
    public static int BearableWeightBefore(RolloutPlan plan, int index, int ready) =>
        index <= 0 ? 0 : BearableWeight(plan, At(plan, Math.Min(index, plan.Steps.Count) - 1), ready);
}
