namespace Canario.Rollouts;

/// <summary>While spec is invalid nothing moves but what must: no traffic to a side that has nobody to take it.</summary>
static class FrozenRule
{
    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (state.StableRevision is null || state.Weight == 0)
        {
            return state;
        }

        var weight = turn.Candidate(state).Ready == 0 ? 0 : turn.Stable(state) is { Ready: 0, Desired: > 0 } ? 100 : state.Weight;
        return weight == state.Weight ? state : state with { Weight = weight, StepStartedAt = null, StepEnteredAt = turn.Now };
    }
}
