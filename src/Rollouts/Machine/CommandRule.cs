namespace Canario.Rollouts;

/// <summary>Handles a command once. The answer, accepted or not, is echoed in the state.</summary>
static class CommandRule
{
    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (turn.Observation.Command is not { } command
            || state.LastCommand?.Answers(command) == true)
        {
            return state;
        }

        // A retry that comes while the traffic is still going back is kept until it is back.
        if (command.Action == CommandAction.Retry && state.Phase == RolloutPhase.RollingBack && state.CandidateRevision == command.Revision)
        {
            return state;
        }

        if (Refusal(turn, state, command) is { } refusal)
        {
            return turn.Tell(state, Handled(state, command, false, refusal), RolloutReasons.CommandRefused, refusal, warning: true);
        }

        var message = $"{command.Action} {(command.Action == CommandAction.Undo ? "to" : "of")} {command.Revision} ({command.Nonce}).{(command.Action == CommandAction.Abort ? StableLostRule.DescribeBack(turn, state) : "")}";
        state = turn.Tell(state, Handled(state, command, true, message), RolloutReasons.CommandHandled, message);
        return command.Action switch
        {
            CommandAction.Promote => state with { HoldSkipped = true },
            CommandAction.Abort => Abort(turn, state, $"{command.Revision} was aborted by hand.{StableLostRule.DescribeBack(turn, state)}"),
            CommandAction.Pause => state with { PausedByCommand = true },
            CommandAction.Resume => state with { PausedByCommand = false },
            CommandAction.Undo => UndoRule.Begin(turn, state, command.Revision),
            _ => Retry(turn, state, command.Revision),
        };
    }

    static RolloutState Handled(RolloutState state, RolloutCommand command, bool accepted, string message) =>
        state with { LastCommand = new HandledCommand(command.Action, command.Revision, command.Nonce, accepted, message) };

    /// <summary>Whoever thinks better of an undo says nothing against the revision.</summary>
    static RolloutState Abort(Turn turn, RolloutState state, string message) => state.Undo?.To == state.CandidateRevision
        ? RollbackRule.Begin(turn, state with { Undo = null }, RolloutReasons.Aborted, message, warning: true)
        : RollbackRule.Reject(turn, state, RolloutReasons.Aborted, message);

    static RolloutState Retry(Turn turn, RolloutState state, string revision)
    {
        var attempt = 1 + (state.Rejected.FirstOrDefault(rejected => rejected.Revision == revision)?.Attempt
            ?? state.Concluded.First(concluded => concluded.Revision == revision).Attempt);
        if (state.CandidateRevision is not null)
        {
            // It starts beside the one that serves alone, by the rule for that.
            return state with
            {
                Undo = null,
                Rejected = [.. state.Rejected.Where(rejected => rejected.Revision != revision)],
                Concluded = [.. state.Concluded.Where(concluded => concluded.Revision != revision)],
            };
        }

        return TargetRule.Begin(turn, state with { Undo = null, Rejected = [.. state.Rejected.Where(rejected => rejected.Revision != revision)] }, revision, attempt);
    }

    static string? Refusal(Turn turn, RolloutState state, RolloutCommand command)
    {
        var revision = command.Revision;
        if (command.Action == CommandAction.Undo)
        {
            return UndoRule.Refuse(turn, state, revision);
        }

        if (command.Action == CommandAction.Retry)
        {
            return !turn.SpecIsValid || turn.Plan.Revision != revision ? $"retry: {revision} is not what spec asks for."
                : !(state.IsRejected(revision) || state.IsConcluded(revision)) ? $"retry: {revision} is neither rejected nor concluded (a shadow, or a test)."
                : state.StableRevision == revision ? $"retry: {revision} serves already."
                : state.CandidateRevision is { } other && !IsStuck(state) ? $"retry: {other} is being rolled out."
                : null;
        }

        if (state.CandidateRevision != revision || state.Phase == RolloutPhase.RollingBack)
        {
            return $"{Word(command)}: {revision} is not being rolled out.";
        }

        return command.Action switch
        {
            CommandAction.Abort when state.StableRevision is null => $"abort: {revision} is the first revision; there is nothing to go back to.",
            CommandAction.Promote when !turn.SpecIsValid => "promote: spec is invalid.",
            CommandAction.Promote when state.Phase == RolloutPhase.Preparing => $"promote: {revision} is not ready yet; there is no step to leave.",
            _ => null,
        };
    }

    /// <summary>The way back of another revision waits for a stable that has no pod.</summary>
    static bool IsStuck(RolloutState state) => state is { Phase: RolloutPhase.RollingBack, StableLostSince: not null };

    static string Word(RolloutCommand command) => command.Action switch
    {
        CommandAction.Promote => "promote",
        CommandAction.Abort => "abort",
        CommandAction.Pause => "pause",
        CommandAction.Resume => "resume",
        _ => "retry",
    };
}
