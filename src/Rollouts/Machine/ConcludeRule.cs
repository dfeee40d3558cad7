namespace Canario.Rollouts;

/// <summary>The end of a plan that only wants to know: the candidate is dropped, and what was learnt of it is remembered.</summary>
static class ConcludeRule
{
    /// <summary>There is no further step.</summary>
    public static RolloutState Conclude(Turn turn, RolloutState state)
    {
        var candidate = state.CandidateRevision!;
        var gates = PlannedStep.At(turn.Plan, state.StepIndex).Gates;
        var evidence = state.Gates.Where(gate => gates.Contains(gate.Name)).Select(gate => $" {gate.Name} {gate.Verdict}: {gate.Message}");
        var message = $"{candidate} had copies of the requests and is dropped as planned.{string.Concat(evidence)}";
        var concluded = new ConcludedRevision(candidate, message, turn.Now, state.Attempt);
        return RollbackRule.Begin(
            turn,
            state with { Concluded = [.. state.Concluded.Where(c => c.Revision != candidate).TakeLast(RolloutMachine.MaxRejected - 1), concluded] },
            RolloutReasons.ShadowConcluded,
            message,
            warning: false);
    }

    /// <summary>The strategy was changed under way to one that never gives its candidate traffic or promotes it, and this one has come further.</summary>
    public static bool IsAgainstPlan(RolloutPlan plan, RolloutState state) =>
        plan is { DropsCandidate: true, Steps.Count: > 0 } && (state.Weight > 0 || state.Phase == RolloutPhase.Baking || PlannedStep.IsBake(plan, state.StepIndex));

    /// <summary>Stable has everything back, capacity first; the new strategy begins from there.</summary>
    public static RolloutState StartOver(Turn turn, RolloutState state) => RollbackRule.Begin(
        turn, state, RolloutReasons.Superseded, $"{state.CandidateRevision} is only to get copies now: its traffic goes back first.", warning: false);
}
