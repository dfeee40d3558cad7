namespace Canario.Rollouts;

/// <summary>A person's word that an earlier revision shall serve. While it lasts, a plan of its own is followed in place of spec's: the machine and its rules are the same.</summary>
static class UndoRule
{
    const int NamesInMessage = 10;

    /// <summary>Null: the undo can be done.</summary>
    public static string? Refuse(Turn turn, RolloutState state, string revision)
    {
        if (!turn.SpecIsValid)
        {
            return "undo: spec is invalid.";
        }

        if (state.StableRevision == revision && state.CandidateRevision is null)
        {
            return $"undo: {revision} serves already.";
        }

        if (turn.Plan.Revision == revision)
        {
            return $"undo: {revision} is what spec asks for; retry tries it again where it was rejected.";
        }

        if (state.Undo?.To == revision)
        {
            return $"undo: {revision} is on its way already.";
        }

        if (state.Rejected.FirstOrDefault(r => r.Revision == revision) is { Reason: not RolloutReasons.Undone } rejected)
        {
            return $"undo: {revision} was rejected ({rejected.Reason}); with it in spec, retry tries it again.";
        }

        string[] kept = [.. turn.Observation.Kept.Where(r => state.Served.Contains(r) && r != turn.Plan.Revision)];
        return kept.Contains(revision) ? null : $"undo: {revision} is not kept, or has never served; there {List(kept)}.";
    }

    public static RolloutState Begin(Turn turn, RolloutState state, string revision)
    {
        var spec = turn.Plan.Revision;
        var message = $"{spec} was undone by hand, back to {revision}.";
        var told = state with { Undo = new Undo(revision, spec), Rejected = [.. state.Rejected.Where(rejected => rejected.Revision != revision)] };
        if (spec != state.StableRevision)
        {
            told = Reject(turn, told, message);
        }

        return state.CandidateRevision is null || state.Phase == RolloutPhase.RollingBack ? told : RollbackRule.Begin(turn, told, RolloutReasons.Undone, message, warning: true);
    }

    /// <summary>Ended by a newer spec, or when there is nothing left to do.</summary>
    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (state.Undo is not { } undo)
        {
            return state;
        }

        var isThere = state.CandidateRevision is null && state.StableRevision == undo.To;
        return isThere || (turn.SpecIsValid && turn.Plan.Revision != undo.Of) ? state with { Undo = null } : state;
    }

    /// <summary>The turn with the plan that is followed: spec's, or that of an undo.</summary>
    public static Turn Follow(Turn turn, RolloutState state) => state.Undo is { } undo && turn.SpecIsValid ? turn.With(Plan(turn.Plan, undo)) : turn;

    /// <summary>What serves now is what was to serve again.</summary>
    public static RolloutState End(Turn turn, RolloutState state) =>
        state.Undo is { } undo ? Reject(turn, state, $"{undo.Of} was undone by hand, back to {undo.To}.") with { Undo = null } : state;

    /// <summary>That a revision is stable now; also that the one before was, of which a state from before this list says nothing.</summary>
    public static IReadOnlyList<string> Serve(RolloutState state, string revision)
    {
        string[] last = state.StableRevision is { } before && before != revision ? [before, revision] : [revision];
        return [.. state.Served.Except(last).TakeLast(RolloutMachine.MaxServed - last.Length), .. last];
    }

    /// <summary>No step and no bake: the move to 100 % alone, once all replicas are ready. What may not run beside another revision may not now either.</summary>
    static RolloutPlan Plan(RolloutPlan plan, Undo undo) => plan with
    {
        Revision = undo.To,
        Steps = plan.Steps is [{ StableFirst: true }, ..] ? plan.Steps : [],
        DropsCandidate = false,
        ChecksContract = false,
        Gates = [],
        BakeGates = [],
        Bake = TimeSpan.Zero,
        Paused = false,
    };

    /// <summary>Spec's revision, so that the same spec again is a no-op. What it was rejected for before stays known.</summary>
    static RolloutState Reject(Turn turn, RolloutState state, string message)
    {
        var spec = state.Undo!.Of;
        return state.IsRejected(spec)
            ? state
            : RollbackRule.Remember(state, new RejectedRevision(spec, RolloutReasons.Undone, message, turn.Now, state.CandidateRevision == spec ? state.Attempt : 1));
    }

    static string List(string[] kept) => kept.Length switch
    {
        0 => "is none",
        1 => $"is {kept[0]}",
        _ => $"are {string.Join(", ", kept.Take(NamesInMessage))}{(kept.Length > NamesInMessage ? $" and {kept.Length - NamesInMessage} more" : "")}",
    };
}
