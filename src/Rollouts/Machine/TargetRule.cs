namespace Canario.Rollouts;

/// <summary>Follows what spec asks for: begins, abandons, or does nothing about a rejected revision.</summary>
static class TargetRule
{
    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (!turn.SpecIsValid)
        {
            return state;
        }

        var target = turn.Plan.Revision;
        state = DemandRule.Bound(turn.Plan, state with { Replicas = turn.Plan.Replicas });
        return state switch
        {
            { CandidateRevision: null } => AtRest(turn, state, target),
            { Phase: RolloutPhase.RollingBack } => state,
            { CandidateRevision: var candidate } when candidate == target => state,
            // The first revision never became ready: there is nothing to go back to and nothing to lose.
            { StableRevision: null } => Begin(turn, state, target, attempt: 1),
            _ => Abandon(turn, state, target),
        };
    }

    /// <summary>Makes the revision the candidate.</summary>
    public static RolloutState Begin(Turn turn, RolloutState state, string revision, int attempt) => turn.Tell(
        state,
        CapacityClock.Stop(state) with
        {
            Phase = RolloutPhase.Preparing,
            CandidateRevision = revision,
            CandidateReplicas = 0,
            Concluded = [.. state.Concluded.Where(concluded => concluded.Revision != revision)],
            Attempt = attempt,
            StepIndex = 0,
            Weight = 0,
            Mirror = 0,
            StepEnteredAt = turn.Now,
            StepStartedAt = null,
            StepCapacity = null,
            CapacityHeldUntil = null,
            TrafficStartedAt = null,
            RolloutStartedAt = turn.Now,
            HoldSkipped = false,
            PausedByCommand = false,
            PauseReason = null,
            ProviderUnavailableSince = null,
            ProviderUnavailableFor = TimeSpan.Zero,
            StableLostSince = null,
            StableLostFor = TimeSpan.Zero,
            Gates = [],
        },
        RolloutReasons.Starting,
        attempt > 1 ? $"Starting {revision}, attempt {attempt}." : $"Starting {revision}.");

    /// <summary>Spec asks for another revision than those that there are, and nothing is known of it that keeps it from being tried.</summary>
    public static bool CanStart(Turn turn, RolloutState state, string target) =>
        target != state.StableRevision && target != state.CandidateRevision
        && state.Rejected.All(rejected => rejected.Revision != target || IsForgiven(turn.Plan, rejected))
        && state.Concluded.All(concluded => concluded.Revision != target || !IsKnown(turn.Plan, concluded));

    static RolloutState AtRest(Turn turn, RolloutState state, string target)
    {
        state = DemandRule.EndHold(turn, state) with { StableReplicas = state.StableRevision is null ? 0 : turn.Plan.Replicas };
        if (target == state.StableRevision)
        {
            return state.Phase == RolloutPhase.Healthy
                ? state
                : turn.Tell(state, state with { Phase = RolloutPhase.Healthy, PauseReason = null }, RolloutReasons.SpecRestored, $"{target} is what spec asks for again.");
        }

        if (state.Rejected.FirstOrDefault(rejected => rejected.Revision == target) is { } rejection)
        {
            return IsForgiven(turn.Plan, rejection)
                ? Begin(turn, state with { Rejected = [.. state.Rejected.Where(rejected => rejected.Revision != target)] }, target, rejection.Attempt + 1)
                : state with { Phase = RolloutPhase.RolledBack, PauseReason = null };
        }

        var conclusion = state.Concluded.FirstOrDefault(concluded => concluded.Revision == target);
        return conclusion is not null && IsKnown(turn.Plan, conclusion)
            ? state with { Phase = RolloutPhase.Healthy, PauseReason = null }
            : Begin(turn, state, target, (conclusion?.Attempt ?? 0) + 1);
    }

    /// <summary>What was only to be learnt of is known. Another strategy for it asks for more than that.</summary>
    static bool IsKnown(RolloutPlan plan, ConcludedRevision conclusion) => conclusion.Reason == ConcludeRule.ReasonOf(plan);

    /// <summary>Spec says by now that what it was rejected for is meant.</summary>
    static bool IsForgiven(RolloutPlan plan, RejectedRevision rejection) =>
        !plan.ChecksContract && rejection.Reason is RolloutReasons.ContractChanged or RolloutReasons.ContractUnknown;

    static RolloutState Abandon(Turn turn, RolloutState state, string target) => RollbackRule.Begin(
        turn, state, RolloutReasons.Superseded, $"{state.CandidateRevision} is abandoned: spec asks for {target} now.", warning: false);
}
