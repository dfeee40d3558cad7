namespace Canario.Rollouts;

/// <summary>Decides what a rollout does next. Total, synchronous, level-based: its memory is <see cref="RolloutState"/> and nothing else.</summary>
public static partial class RolloutMachine
{
    /// <summary>Rejected revisions remembered; an older one that comes back is tried again.</summary>
    public const int MaxRejected = 20;

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
    public static IReadOnlyList<MeasureRequest> Measures(RolloutPlan plan, RolloutState state) => [];

    /// <summary>The decision for these facts at this time.</summary>
    public static Decision Decide(RolloutPlan plan, RolloutState state, Observation observation, DateTimeOffset now) =>
        new(state, World(plan, state), [], null);
}
