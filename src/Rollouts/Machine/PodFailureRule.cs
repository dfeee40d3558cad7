namespace Canario.Rollouts;

/// <summary>A candidate whose pods fail is rejected at once, whatever the step: there is nothing left to measure.</summary>
static class PodFailureRule
{
    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (state is not { StableRevision: not null, CandidateRevision: not null }
            || state.Phase is RolloutPhase.RollingBack
            || turn.Candidate(state).Failure is not { } failure)
        {
            return state;
        }

        var gates = turn.Plan.Gates.Select(gate => new GateResult
        {
            Name = gate.Name,
            Type = gate.Type,
            Verdict = Verdict.PodFailure,
            Message = $"Not judged: {failure.Reason}.",
        });
        return RollbackRule.Reject(turn, state with { Gates = turn.SpecIsValid ? [.. gates] : state.Gates }, failure.Reason, failure.Message);
    }
}
