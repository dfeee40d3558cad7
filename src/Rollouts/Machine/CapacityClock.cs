using System.Globalization;

namespace Canario.Rollouts;

/// <summary>
/// How long a step has gone without the capacity that it needs, summed over all of its losses: a candidate whose pods come and go begins the step anew each time, but not this.
/// Not counted is what is not the candidate's doing: time in which a person holds the rollout, and time in which stable is lost and the candidate is asked for everything.
/// </summary>
static class CapacityClock
{
    /// <summary>The step's capacity is asked for from now on.</summary>
    public static RolloutState Start(Turn turn, RolloutState state) => state with { CapacityMissingSince = turn.Now, CapacityMissingFor = TimeSpan.Zero, CapacityLosses = 0 };

    public static RolloutState Stop(RolloutState state) => state with { CapacityMissingSince = null, CapacityMissingFor = TimeSpan.Zero, CapacityLosses = 0 };

    public static RolloutState Follow(Turn turn, RolloutState state, RolloutStep step, bool isStableLost)
    {
        var isMissing = !isStableLost
            && Description.PausedBy(turn, state) is null
            && turn.Candidate(state).Ready < PlannedStep.CandidateReplicas(DemandRule.OfStep(turn.Plan, state), step);
        return (isMissing, state.CapacityMissingSince) switch
        {
            (true, null) => state with { CapacityMissingSince = turn.Now, CapacityLosses = state.CapacityLosses + 1 },
            (false, { } since) => state with { CapacityMissingSince = null, CapacityMissingFor = state.CapacityMissingFor + Length(turn, since, state.CapacityLosses > 0) },
            _ => state,
        };
    }

    public static bool IsOver(Turn turn, RolloutState state) => state.CapacityMissingSince is not null && Total(turn, state) >= turn.Plan.ProgressDeadline;

    /// <summary>Why the candidate is given up.</summary>
    public static string Describe(Turn turn, RolloutState state, int ready, int needed) => state.CapacityLosses == 0
        ? Description.NotReadyInTime(turn, state, ready, needed)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{state.CandidateRevision} has {ready} of {needed} replicas ready. In this step it went without them for {Seconds(Total(turn, state))} in all, {turn.Plan.ProgressDeadline} at most, and lost them {Times(state.CapacityLosses)}.{Description.NoNode(turn, state)}");

    /// <summary>A loss counts for one interval of looks at least: each begins the step anew, however short it was, so the number of them has to have an end too.</summary>
    public static TimeSpan Length(Turn turn, DateTimeOffset since, bool isLoss)
    {
        var length = turn.Now - since;
        return isLoss && length < turn.Plan.CheckInterval ? turn.Plan.CheckInterval : length;
    }

    static TimeSpan Seconds(TimeSpan time) => TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));

    static TimeSpan Total(Turn turn, RolloutState state) => state.CapacityMissingFor + (turn.Now - (state.CapacityMissingSince ?? turn.Now));

    static string Times(int losses) => losses == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{losses} times");
}
