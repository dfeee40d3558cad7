using System.Globalization;

namespace Canario.Rollouts;

/// <summary>
/// Stable has no ready pod while the candidate serves: the candidate has all traffic, whatever its step planned, and is asked for the capacity of all of it. What comes of it is time's to say, or a person's:
/// stable comes back, and the step begins anew; or it has been gone for the progress deadline, and the rest of the steps, which are comparisons with it, has no meaning: the bake alone judges.
/// </summary>
static class StableLostRule
{
    /// <summary>In a step. What has no stable pod as planned is not lost; nor does it matter that stable is gone once the candidate has, as planned, all traffic and the capacity for it.</summary>
    public static bool Is(Turn turn, RolloutState state, RolloutStep step)
    {
        var (stable, candidate) = (turn.Stable(state).Ready, turn.Candidate(state).Ready);
        if (state.Weight == 0 || candidate == 0)
        {
            return false;
        }

        var isPlanned = step.Weight == 100
            && (PlannedStep.Replicas(turn.Plan, step.StableCapacityPercent) == 0 || candidate >= PlannedStep.CandidateReplicas(turn.Plan, step));
        // The first pod that is back would not bear what a whole stable did.
        var isBack = stable >= NeededBack(turn.Plan, step) || candidate < All(turn.Plan);
        return !isPlanned && (stable == 0 || (state.StableLostSince is not null && !isBack));
    }

    public static RolloutState Follow(Turn turn, RolloutState state, RolloutStep step)
    {
        var isLost = Is(turn, state, step);
        var next = Count(turn, state, isLost);
        return (state.StableLostSince, next.StableLostSince) switch
        {
            // Whoever promoted one step before meant no promotion without stable.
            (null, not null) => turn.Tell(state, next with { HoldSkipped = false }, RolloutReasons.StableLost, $"{state.StableRevision} has no ready pod: {state.CandidateRevision} takes all traffic, and is asked for the capacity of all of it.", warning: true),
            (not null, null) when turn.Stable(state).Ready > 0 => turn.Tell(state, next, RolloutReasons.StableBack, $"{state.StableRevision} has ready pods again: the step begins anew."),
            _ => next,
        };
    }

    /// <summary>There is nothing left to wait for in this step.</summary>
    public static bool EndsSteps(Turn turn, RolloutState state) => state.HoldSkipped || (IsOverdue(turn, state) && Description.PausedBy(turn, state) is null);

    /// <summary>What is left is the bake, with all that it asks for; promoted by hand, not even that. A plan that promotes nobody has come to its end.</summary>
    public static RolloutState EndSteps(Turn turn, RolloutState state) => (turn.Plan.DropsCandidate, state.HoldSkipped) switch
    {
        (true, false) => ConcludeRule.GiveUp(turn, state, $"{Since(state)}, so there was nothing to compare {state.CandidateRevision} with."),
        (true, true) => ConcludeRule.Conclude(turn, state),
        (false, var byHand) => StepRule.Enter(turn, state, turn.Plan.Steps.Count) with { HoldSkipped = byHand },
    };

    /// <summary>
    /// On the way back. A candidate that serves all there is, is stable in all but name: it gets the name, so that what spec asks for now can start beside it. One that was rejected, or that was never
    /// to be promoted, gets it only for that, and stays rejected: as long as spec asks for nothing that could start, it keeps the traffic until stable can take it.
    /// </summary>
    public static RolloutState FollowBack(Turn turn, RolloutState state)
    {
        state = Count(turn, state, state is { Weight: > 0, StableReplicas: > 0 } && turn.Stable(state).Ready == 0 && turn.Candidate(state).Ready > 0);
        var candidate = state.CandidateRevision!;
        if (!turn.SpecIsValid || state is not { Weight: 100, StableLostSince: not null } || !IsOverdue(turn, state) || !turn.IsInForce(state) || Description.PausedBy(turn, state) is not null)
        {
            return state;
        }

        if (state.IsRejected(candidate) || state.IsConcluded(candidate))
        {
            return TargetRule.CanStart(turn, state, turn.Plan.Revision) ? StandIn(turn, state) : state;
        }

        return turn.Plan.Revision != candidate ? GateRule.Promote(turn, state, $"{Since(state)}; {candidate} serves everything and takes its place.")
            : turn.Plan.DropsCandidate ? state
            : StepRule.Enter(turn, state, turn.Plan.Steps.Count);
    }

    static RolloutState StandIn(Turn turn, RolloutState state)
    {
        var candidate = state.CandidateRevision!;
        var conclusion = state.IsRejected(candidate) ? null : state.Concluded.First(concluded => concluded.Revision == candidate);
        return turn.Tell(
            state,
            GateRule.TakePlace(turn, state with { Concluded = [.. state.Concluded.Where(concluded => concluded.Revision != candidate)] }),
            conclusion?.Reason ?? RolloutReasons.RolledBack,
            $"{Since(state)}; {candidate} serves everything and stands in for it until {turn.Plan.Revision} can take over.",
            warning: true);
    }

    /// <summary>The reason's message in a step.</summary>
    public static string Describe(Turn turn, RolloutState state, RolloutStep step)
    {
        var (stable, ready, all) = (turn.Stable(state).Ready, turn.Candidate(state).Ready, All(turn.Plan));
        var what = stable == 0 ? Since(state) : string.Create(CultureInfo.InvariantCulture, $"{Since(state)} until now, and has {stable} of the {NeededBack(turn.Plan, step)} that its share needs");
        var who = string.Create(CultureInfo.InvariantCulture, $"{state.CandidateRevision} has all traffic, with {ready} of {all} replicas ready");
        var then = Description.PausedBy(turn, state) is not null ? "the rollout is paused, so nothing ends that by itself"
            : PlannedStep.IsBake(turn.Plan, state.StepIndex) ? "the bake goes on with what it has"
            : turn.Plan.DropsCandidate ? $"if that lasts until {Clock(Deadline(turn, state))}, the trial ends, and {state.CandidateRevision} serves on until {state.StableRevision} can take over"
            : $"if that lasts until {Clock(Deadline(turn, state))}, the bake alone decides about {state.CandidateRevision}; promote promotes it now";
        return $"{what}. {who}; {then}.";
    }

    /// <summary>What a rollback to a stable that is lost comes to; empty: it is not lost.</summary>
    public static string DescribeBack(Turn turn, RolloutState state) =>
        turn.Stable(state).Ready == 0 && turn.Candidate(state).Ready > 0 && state is { Weight: 100, CandidateReplicas: > 0 }
            && !(state.StableReplicas == 0 && PlannedStep.At(turn.Plan, state.StepIndex).StableFirst)
            ? $" {state.StableRevision} has no ready pod to go back to: {state.CandidateRevision} keeps all traffic until it has one."
            : "";

    static RolloutState Count(Turn turn, RolloutState state, bool isLost) => (isLost, state.StableLostSince) switch
    {
        (true, null) => state with { StableLostSince = turn.Now },
        (false, { } since) => state with { StableLostSince = null, StableLostFor = state.StableLostFor + CapacityClock.Length(turn, since, isLoss: true) },
        _ => state,
    };

    static bool IsOverdue(Turn turn, RolloutState state) => turn.Now >= Deadline(turn, state);

    static DateTimeOffset Deadline(Turn turn, RolloutState state) => (state.StableLostSince ?? turn.Now) + turn.Plan.ProgressDeadline - state.StableLostFor;

    static int All(RolloutPlan plan) => Math.Max(1, plan.Replicas);

    static int NeededBack(RolloutPlan plan, RolloutStep step) =>
        Math.Max(1, Math.Min(PlannedStep.Replicas(plan, 100 - step.Weight), PlannedStep.Replicas(plan, step.StableCapacityPercent)));

    public static string Since(RolloutState state) => $"{state.StableRevision} has had no ready pod since {Clock(state.StableLostSince!.Value)}";

    static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
