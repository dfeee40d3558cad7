namespace Canario.Rollouts;

/// <summary>The candidate's first capacity starts without traffic.</summary>
static class PreparingRule
{
    public static RolloutState Apply(Turn turn, RolloutState state) =>
        state.StableRevision is null ? ApplyFirst(turn, state) : ApplyCandidate(turn, state);

    /// <summary>The first revision ever has nothing to be compared with and nothing to go back to: it is stable once it is ready.</summary>
    static RolloutState ApplyFirst(Turn turn, RolloutState state)
    {
        state = state with { CandidateReplicas = turn.Plan.Replicas };
        if (turn.Candidate(state).Ready < state.CandidateReplicas)
        {
            return state;
        }

        var first = state.CandidateRevision!;
        return turn.Tell(
            state,
            state with
            {
                Phase = RolloutPhase.Healthy,
                StableRevision = first,
                StableReplicas = turn.Plan.Replicas,
                Served = UndoRule.Serve(state, first),
                CandidateRevision = null,
                CandidateReplicas = 0,
                StepEnteredAt = null,
            },
            RolloutReasons.Promoted,
            $"{first} is ready and serves.");
    }

    static RolloutState ApplyCandidate(Turn turn, RolloutState state)
    {
        // A step that stops stable first has no room for a candidate before it.
        var first = PlannedStep.At(turn.Plan, 0);
        var needed = first.StableFirst ? 0 : PlannedStep.CandidateReplicas(turn.Plan, first);
        state = state with { CandidateReplicas = needed, StableReplicas = turn.Plan.Replicas };
        var ready = turn.Candidate(state).Ready;
        var isLate = turn.Now - (state.StepEnteredAt ?? turn.Now) >= turn.Plan.ProgressDeadline;
        if (ready < needed)
        {
            return isLate ? RollbackRule.Reject(turn, state, RolloutReasons.ProgressDeadlineExceeded, Description.NotReadyInTime(turn, state, ready, needed)) : state;
        }

        if (RolloutMachine.NeedsContract(turn.Plan, state))
        {
            if (turn.Contract(state) is not { } contract)
            {
                return isLate ? RollbackRule.Reject(turn, state, RolloutReasons.ContractUnknown, Description.ContractUnknownInTime(turn, state)) : state;
            }

            if (contract.Difference is { } difference)
            {
                return RollbackRule.Reject(turn, state, RolloutReasons.ContractChanged, Description.ContractChanged(state, difference));
            }
        }

        state = state with { PauseReason = Description.PausedBy(turn, state) };
        return state.PauseReason is null ? StepRule.Enter(turn, state, 0) : state;
    }
}
