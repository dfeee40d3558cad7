namespace Canario.Rollouts;

/// <summary>The end of what was done to learn of a candidate: it is stopped, and what was learnt is remembered.</summary>
static class ConcludeRule
{
    /// <summary>As what this plan's candidates may be concluded; null: they are promoted or rejected.</summary>
    public static string? ReasonOf(RolloutPlan plan) =>
        plan.Steps.Any(step => step.Test is not null) ? RolloutReasons.TestConcluded : plan.DropsCandidate ? RolloutReasons.ShadowConcluded : null;

    /// <summary>There is no further step of a plan that drops its candidate.</summary>
    public static RolloutState Conclude(Turn turn, RolloutState state)
    {
        var candidate = state.CandidateRevision!;
        var step = PlannedStep.At(turn.Plan, state.StepIndex);
        if (step.Test is { } test)
        {
            var message = state.Gates.FirstOrDefault(gate => gate.Name == test)?.Message ?? "nothing was measured.";
            return End(turn, state, RolloutReasons.TestConcluded, $"{(state.HoldSkipped ? "The test was ended by hand" : $"{candidate} won the test and is stopped as planned")}: {message}");
        }

        var evidence = state.Gates.Where(gate => step.Gates.Contains(gate.Name)).Select(gate => $" {gate.Name} {gate.Verdict}: {gate.Message}");
        return End(turn, state, RolloutReasons.ShadowConcluded, $"{candidate} had copies of the requests and is dropped as planned.{string.Concat(evidence)}");
    }

    /// <summary>Whether the test of this step is over and the candidate has not won it. What was not measured now is no answer.</summary>
    public static bool IsLost(Turn turn, RolloutState state, RolloutStep step, GateResult? result, bool overdue) =>
        !state.HoldSkipped
        && Description.PausedBy(turn, state) is null
        && turn.Now - state.StepStartedAt!.Value >= step.Hold.Minimum
        && (result?.Verdict == Verdict.Fail || (overdue && result?.Verdict is Verdict.Inconclusive or Verdict.InsufficientData));

    public static RolloutState Lose(Turn turn, RolloutState state, GateResult result) => End(
        turn,
        state,
        RolloutReasons.TestConcluded,
        $"{(result.Verdict == Verdict.Fail ? $"{state.StableRevision} won the test" : "The test ended without a winner")}: {result.Message}");

    /// <summary>Nothing was learnt, and nothing can be.</summary>
    public static RolloutState GiveUp(Turn turn, RolloutState state, string message) => End(turn, state, ReasonOf(turn.Plan)!, message);

    /// <summary>Tells who won before the candidate gets all traffic.</summary>
    public static RolloutState Win(Turn turn, RolloutState state, RolloutStep step) => step.Test is { } test && !state.HoldSkipped && !turn.Plan.DropsCandidate
        ? turn.Tell(state, state, RolloutReasons.TestConcluded, $"{state.CandidateRevision} won the test: {state.Gates.First(gate => gate.Name == test).Message}")
        : state;

    /// <summary>The strategy was changed under way to one that never gives its candidate traffic or promotes it, and this one has come further.</summary>
    public static bool IsAgainstPlan(RolloutPlan plan, RolloutState state) => plan is { DropsCandidate: true, Steps.Count: > 0 }
        && ((state.Weight > 0 && plan.Steps.All(step => step.Weight == 0)) || state.Phase == RolloutPhase.Baking || PlannedStep.IsBake(plan, state.StepIndex));

    /// <summary>Stable has everything back, capacity first; the new strategy begins from there.</summary>
    public static RolloutState StartOver(Turn turn, RolloutState state) => RollbackRule.Begin(
        turn,
        state,
        RolloutReasons.Superseded,
        $"{state.CandidateRevision} is only to get {(turn.Plan.Steps.All(step => step.Weight == 0) ? "copies" : "its share")} now: its traffic goes back first.",
        warning: false);

    static RolloutState End(Turn turn, RolloutState state, string reason, string message)
    {
        var concluded = new ConcludedRevision(state.CandidateRevision!, message, turn.Now, state.Attempt, reason);
        return RollbackRule.Begin(
            turn,
            state with { Concluded = [.. state.Concluded.Where(c => c.Revision != concluded.Revision).TakeLast(RolloutMachine.MaxRejected - 1), concluded] },
            reason,
            message,
            warning: false);
    }
}
