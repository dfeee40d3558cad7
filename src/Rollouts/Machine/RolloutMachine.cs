namespace Canario.Rollouts;

/// <summary>Decides what a rollout does next. Total, synchronous, level-based: its memory is <see cref="RolloutState"/> and nothing else.</summary>
public static class RolloutMachine
{
    /// <summary>Rejected revisions remembered; an older one that comes back is tried again.</summary>
    public const int MaxRejected = 20;

    /// <summary>Revisions remembered as having served: as many as are ever kept.</summary>
    public const int MaxServed = 50;

    /// <summary>Routers acknowledge within milliseconds; asking for it less often would stretch every step.</summary>
    static readonly TimeSpan AcknowledgementInterval = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan StableHistory = TimeSpan.FromMinutes(10);

    /// <summary>What there should be in this state. Every number of it is in the state, so an invalid plan changes nothing.</summary>
    public static World World(RolloutPlan plan, RolloutState state)
    {
        var revisions = new List<WorldRevision>(2);
        if (state.StableRevision is { } stable)
        {
            var weight = state.CandidateRevision is null ? 100 : 100 - state.Weight;
            revisions.Add(new WorldRevision(stable, state.StableReplicas, weight, 0, false));
        }

        if (state.CandidateRevision is { } candidate)
        {
            // The first revision has the traffic from the start: there is nowhere else to send it.
            var weight = state.StableRevision is null ? 100 : state.Weight;
            revisions.Add(new WorldRevision(candidate, state.CandidateReplicas, weight, state.Mirror, true));
        }

        return new World { Revisions = revisions };
    }

    /// <summary>Which gates to measure now, and over which windows. Empty when no measurement could matter.</summary>
    public static IReadOnlyList<MeasureRequest> Measures(RolloutPlan plan, RolloutState state)
    {
        if (plan.SpecError is not null
            || state.Phase is not (RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.Baking)
            || state is not { StableRevision: { } stable, CandidateRevision: { } candidate, StepStartedAt: { } from }
            || plan.Revision != candidate)
        {
            return [];
        }

        // Stable has no traffic left at 100 %: the bake compares with what stable did before, also when the steps were too short to tell.
        var alone = state.Weight == 100;
        var stableFrom = alone ? (state.RolloutStartedAt ?? from) - StableHistory : from;
        var step = PlannedStep.At(plan, state.StepIndex);
        // What failed while nobody served is not how stable was.
        var stableUntil = alone ? step.StableFirst ? state.RolloutStartedAt ?? from : from : default(DateTimeOffset?);
        return
        [
            .. plan.Gates
                .Where(gate => step.Gates.Contains(gate.Name))
                .Select(gate => new MeasureRequest(gate, candidate, stable, from, stableFrom, stableUntil)),
        ];
    }

    /// <summary>When the step has been held for as long as it must be: what is measured then decides. Null: no step is under way.</summary>
    public static DateTimeOffset? HoldEnds(RolloutPlan plan, RolloutState state) =>
        state is { StepStartedAt: { } started, Phase: RolloutPhase.Progressing or RolloutPhase.Baking } ? started + PlannedStep.At(plan, state.StepIndex).Hold.Minimum : null;

    /// <summary>The candidate's contract is to be compared with stable's now.</summary>
    public static bool NeedsContract(RolloutPlan plan, RolloutState state) =>
        plan is { SpecError: null, ChecksContract: true }
        && state is { Phase: RolloutPhase.Preparing, StableRevision: not null, CandidateRevision: { } candidate, CandidateReplicas: > 0 }
        && plan.Revision == candidate;

    /// <summary>The decision for these facts at this time. Deciding again on the same facts at the same time changes nothing.</summary>
    public static Decision Decide(RolloutPlan plan, RolloutState state, Observation observation, DateTimeOffset now)
    {
        var turn = new Turn(plan, observation, now);
        var current = state.Phase == RolloutPhase.Stalled ? state with { Phase = state.ResumePhase ?? RolloutPhase.Preparing, ResumePhase = null } : state;

        // Every rule advances by one thing; a fact that allows several (an acknowledged weight, then the end of its hold) is used up at once.
        // The bound only makes the function total whatever a plan holds.
        for (var round = 0; round < 2 * plan.Steps.Count + 16; round++)
        {
            var next = ApplyRules(turn, current);
            if (next == current)
            {
                break;
            }

            current = next;
        }

        turn = UndoRule.Follow(DemandRule.Follow(turn, current), current);
        current = Description.Of(turn, current);
        if (current.Phase != state.Phase)
        {
            current = current with { PhaseStartedAt = now };
            TellPhase(turn, state, current);
        }

        return new Decision(current, World(plan, current), turn.Transitions, CheckAgainIn(turn, current));
    }

    static RolloutState ApplyRules(Turn turn, RolloutState state)
    {
        turn = DemandRule.Follow(turn, state);
        state = UndoRule.Apply(turn, CommandRule.Apply(turn, state));
        turn = UndoRule.Follow(turn, state);
        state = TargetRule.Apply(turn, state);
        state = PodFailureRule.Apply(turn, state);
        return state switch
        {
            { CandidateRevision: null } => state,
            { Phase: RolloutPhase.RollingBack } => RollbackRule.Apply(turn, state),
            _ when !turn.SpecIsValid => FrozenRule.Apply(turn, state),
            { Phase: RolloutPhase.Preparing } => PreparingRule.Apply(turn, state),
            _ => StepRule.Apply(turn, state),
        };
    }

    static void TellPhase(Turn turn, RolloutState before, RolloutState after)
    {
        // The rules tell of the changes that they make; these three phases are read off the facts at the end.
        if (after.Phase is RolloutPhase.Stalled or RolloutPhase.Paused)
        {
            turn.Tell(before, after, after.Reason, after.Message, warning: true);
        }
        else if (before.Phase is RolloutPhase.Stalled or RolloutPhase.Paused && turn.Transitions.Count == 0)
        {
            turn.Tell(before, after, after.Reason, after.Message);
        }
    }

    static TimeSpan? CheckAgainIn(Turn turn, RolloutState state)
    {
        if (state.IsTerminal && (state.ResumePhase ?? state.Phase) is RolloutPhase.Healthy or RolloutPhase.RolledBack or RolloutPhase.Preparing && state.CandidateRevision is null)
        {
            return state.CapacityHeldUntil is { } until && until > turn.Now ? Min(DemandRule.Settling, until - turn.Now) : null;
        }

        var interval = turn.Plan.CheckInterval;
        if (state.StableRevision is not null && state.CandidateRevision is not null && !turn.IsInForce(state))
        {
            return Min(interval, AcknowledgementInterval);
        }

        return HoldEnds(turn.Plan, state) is { } end && end > turn.Now ? Min(interval, end - turn.Now) : interval;
    }

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
