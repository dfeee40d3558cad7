namespace Canario.Rollouts;

/// <summary>
/// With autoscaling: how many replicas all traffic needs now, in place of a number that spec gives. Shares of it are what either side must have before traffic comes; each side's autoscaler is free above that.
/// </summary>
static class DemandRule
{
    /// <summary>Percent of the traffic from which on a side tells how much all of it needs. With less, one pod more or less, such as for the CPU that loading a model takes, would be read as a multiple of everything.</summary>
    const int TellingShare = 25;

    /// <summary>How far back an autoscaler looks before it scales down (<c>--horizontal-pod-autoscaler-downscale-stabilization</c>): what it saw of a side before that had all traffic must not count.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);

    public static Turn Follow(Turn turn, RolloutState state) => turn.Plan.Autoscaling is { } range ? turn.With(turn.Plan with { Replicas = Of(turn, state, range) }) : turn;

    /// <summary>No side may be asked for more than its autoscaler may give, also where spec allowed it more before.</summary>
    public static RolloutState Bound(RolloutPlan plan, RolloutState state) => plan.Autoscaling is { } range
        ? state with { StableReplicas = Math.Min(state.StableReplicas, range.Max), CandidateReplicas = Math.Min(state.CandidateReplicas, range.Max) }
        : state;

    /// <summary>The plan as it was when the step's weight came into force: pods that only growing load asks for are nothing that the candidate has lost.</summary>
    public static RolloutPlan OfStep(RolloutPlan plan, RolloutState state) =>
        plan.Autoscaling is not null && state is { StepStartedAt: not null, StepCapacity: { } then } && then < plan.Replicas ? plan with { Replicas = then } : plan;

    /// <summary>The candidate's least replicas: what it has once is not taken away in the middle of a rollout, so that more than this is always its autoscaler's word.</summary>
    public static int CandidateReplicas(Turn turn, RolloutState state, int needed) => turn.Plan.Autoscaling is { } range
        ? Math.Min(range.Max, Math.Max(needed, Math.Max(state.CandidateReplicas, turn.Candidate(state).Desired)))
        : needed;

    /// <summary>The rollout is over, and one side has all traffic.</summary>
    public static RolloutState Settle(Turn turn, RolloutState state) =>
        state with { StepCapacity = null, CapacityHeldUntil = turn.Plan.Autoscaling is null ? null : turn.Now + Settling };

    /// <summary>At rest: the hold is over, or there is no autoscaler any more that it is for.</summary>
    public static RolloutState EndHold(Turn turn, RolloutState state) =>
        state.CapacityHeldUntil is { } until && (turn.Plan.Autoscaling is null || turn.Now >= until) ? state with { CapacityHeldUntil = null } : state;

    static int Of(Turn turn, RolloutState state, ReplicaRange range)
    {
        if (state.StableRevision is null)
        {
            return range.Min;
        }

        var known = state.CandidateRevision is not null || turn.Now < state.CapacityHeldUntil ? state.Replicas : 0;
        if (state.CandidateRevision is not null)
        {
            var (stable, candidate) = (turn.Stable(state).Desired, turn.Candidate(state).Desired);
            known = Math.Max(known, stable);
            // A share counts only while it is surely the one that is served.
            if (state.StepStartedAt is not null)
            {
                known = Math.Max(known, Math.Max(ForAll(stable, state.StableReplicas, 100 - state.Weight), ForAll(candidate, state.CandidateReplicas, state.Weight)));
            }
        }

        return Math.Clamp(known, range.Min, range.Max);
    }

    /// <summary>What all traffic needs when a side with this share of it has got more than the least that it was given; 0: that tells nothing.</summary>
    static int ForAll(int desired, int least, int share) => share >= TellingShare && desired > least ? (int)Math.Min(((100L * desired) + share - 1) / share, int.MaxValue) : 0;
}
