namespace Canario.Rollouts;

static class PlannedStep
{
    /// <summary>The step at this index; past the last one, the bake, which is a step like the others.</summary>
    public static RolloutStep At(RolloutPlan plan, int index) => index >= 0 && index < plan.Steps.Count
        ? plan.Steps[index]
        : new RolloutStep { Weight = 100, Hold = new StepHold { Minimum = plan.Bake }, Gates = plan.BakeGates };

    public static bool IsBake(RolloutPlan plan, int index) => index >= plan.Steps.Count;

    /// <summary>Replicas for this share of the plan's, rounded up and at least one of a plan that has any.</summary>
    public static int Replicas(RolloutPlan plan, int percent) =>
        plan.Replicas <= 0 ? 0 : (int)Math.Clamp(((long)plan.Replicas * percent + 99) / 100, 1, int.MaxValue);

    /// <summary>At least one, also of a plan that is scaled to zero: a candidate without a pod could never be judged.</summary>
    public static int CandidateReplicas(RolloutPlan plan, RolloutStep step) => Math.Max(1, Replicas(plan, step.CandidateCapacityPercent));

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
