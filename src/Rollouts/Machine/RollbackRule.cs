namespace Canario.Rollouts;

/// <summary>Stable's capacity first, then the traffic, then the candidate's end.</summary>
static class RollbackRule
{
    /// <summary>Rejects the candidate and takes the traffic back. The rejection is remembered from this moment: nothing that happens later undoes it.</summary>
    public static RolloutState Reject(Turn turn, RolloutState state, string reason, string message)
    {
        var candidate = state.CandidateRevision!;
        var rejected = Remember(state, new RejectedRevision(candidate, reason, message, turn.Now, state.Attempt));
        // An undo whose revision fails is over: what serves goes on.
        return Begin(turn, rejected with { Undo = state.Undo?.To == candidate ? null : state.Undo }, reason, message, warning: true);
    }

    public static RolloutState Remember(RolloutState state, RejectedRevision rejected) =>
        state with { Rejected = [.. state.Rejected.Where(r => r.Revision != rejected.Revision).TakeLast(RolloutMachine.MaxRejected - 1), rejected] };

    public static RolloutState Begin(Turn turn, RolloutState state, string reason, string message, bool warning) => turn.Tell(
        state,
        CapacityClock.Stop(state) with
        {
            Phase = RolloutPhase.RollingBack,
            // Where stable had to stop first, the candidate has to now.
            CandidateReplicas = state.StableReplicas == 0 && PlannedStep.At(turn.Plan, state.StepIndex).StableFirst ? 0 : state.CandidateReplicas,
            StepEnteredAt = turn.Now,
            StepStartedAt = null,
            HoldSkipped = false,
            PausedByCommand = false,
            PauseReason = null,
            ProviderUnavailableSince = null,
            ProviderUnavailableFor = TimeSpan.Zero,
            // A stable that was given up in the steps is asked to start again, and has its time for that.
            StableLostFor = TimeSpan.Zero,
        },
        reason,
        message,
        warning);

    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        var isEnding = state.CandidateReplicas == 0 && turn.Candidate(state).Pods > 0;
        var beyondStable = WeightThatStableCannotBear(turn, state);
        state = state with
        {
            Mirror = 0,
            StableReplicas = isEnding ? state.StableReplicas : Math.Max(state.StableReplicas, state.Replicas),
            // Never more than it had, unless stable has nobody left: whatever went there would be lost.
            Weight = beyondStable == 100 && state.Weight > 0 ? 100 : Math.Min(state.Weight, beyondStable),
        };
        return state.Weight == 0 && !isEnding && turn.IsInForce(state) ? End(turn, state) : StableLostRule.FollowBack(turn, state);
    }

    /// <summary>The bad candidate keeps only what stable's ready replicas cannot take: all of the traffic on a scaled-down stable would fail more requests than the candidate does.</summary>
    static int WeightThatStableCannotBear(Turn turn, RolloutState state)
    {
        var stableReady = turn.Stable(state).Ready;
        if (turn.Candidate(state).Ready == 0 || stableReady >= state.Replicas)
        {
            return 0;
        }

        var overdue = turn.Now - (state.StepEnteredAt ?? turn.Now) >= turn.Plan.ProgressDeadline;
        return stableReady > 0 && overdue ? 0 : 100 - (int)(100L * stableReady / state.Replicas);
    }

    static RolloutState End(Turn turn, RolloutState state)
    {
        var candidate = state.CandidateRevision!;
        var wasRejected = state.IsRejected(candidate);
        var conclusion = wasRejected ? null : state.Concluded.FirstOrDefault(concluded => concluded.Revision == candidate);
        return turn.Tell(
            state,
            DemandRule.Settle(turn, state) with
            {
                Phase = wasRejected ? RolloutPhase.RolledBack : RolloutPhase.Healthy,
                CandidateRevision = null,
                CandidateReplicas = 0,
                StepIndex = 0,
                StepEnteredAt = null,
                TrafficStartedAt = null,
                StableLostSince = null,
                StableLostFor = TimeSpan.Zero,
            },
            wasRejected ? RolloutReasons.RolledBack : conclusion?.Reason ?? RolloutReasons.Superseded,
            conclusion is not null ? $"{state.StableRevision} serves on; {candidate} is stopped." : $"All traffic is back on {state.StableRevision}; {candidate} is stopped.",
            warning: wasRejected);
    }
}
