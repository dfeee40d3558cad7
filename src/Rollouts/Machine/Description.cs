using System.Globalization;

namespace Canario.Rollouts;

/// <summary>Reads reason and message, and the phases that only describe, off state and facts.</summary>
static class Description
{
    public static RolloutState Of(Turn turn, RolloutState state)
    {
        if (!turn.SpecIsValid)
        {
            return state with { Phase = RolloutPhase.Stalled, ResumePhase = state.Phase, Reason = RolloutReasons.InvalidSpec, Message = turn.Plan.SpecError! };
        }

        var (reason, message) = state.Phase switch
        {
            RolloutPhase.Healthy => OfHealthy(turn, state),
            RolloutPhase.RolledBack => OfRejected(state, turn.Plan.Revision, $" {state.StableRevision} serves."),
            RolloutPhase.RollingBack => OfRejected(state, state.CandidateRevision, StableLostRule.DescribeBack(turn, state) is { Length: > 0 } held ? held : " Traffic is going back."),
            RolloutPhase.Preparing => OfPreparing(turn, state),
            _ => OfStep(turn, state),
        };
        state = state with { Reason = reason, Message = message };
        return IsFirstFailing(turn, state) ? state with { Phase = RolloutPhase.Stalled, ResumePhase = state.Phase } : state;
    }

    /// <summary>Who holds the rollout, whatever its gates say.</summary>
    public static string? PausedBy(Turn turn, RolloutState state) =>
        state.PausedByCommand ? RolloutReasons.PausedByCommand : turn.Plan.Paused ? RolloutReasons.PausedBySpec : null;

    public static string NotReadyInTime(Turn turn, RolloutState state, int ready, int needed) => string.Create(
        CultureInfo.InvariantCulture, $"{state.CandidateRevision} has {ready} of {needed} replicas ready after {turn.Plan.ProgressDeadline}.{NoNode(turn, state)}");

    /// <summary>A sentence to put behind another; empty: each pod of the candidate has its node.</summary>
    public static string NoNode(Turn turn, RolloutState state) => turn.Candidate(state).Unschedulable is { } why ? $" A pod finds no node: {why}" : "";

    public static string ContractUnknownInTime(Turn turn, RolloutState state) =>
        $"The pods of {state.CandidateRevision} and {state.StableRevision} did not tell in {turn.Plan.ProgressDeadline} what their models take and answer. If it is known to be the same, set allowContractChange.";

    public static string ContractChanged(RolloutState state, string difference) =>
        $"{state.CandidateRevision} breaks what callers of {state.StableRevision} rely on: {difference}. If that is meant, set allowContractChange.";

    /// <summary>What the routers do for a candidate, up to its name.</summary>
    public static string Send(int weight, int mirror) => (weight, mirror) switch
    {
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"send {weight} % to"),
        (0, _) => string.Create(CultureInfo.InvariantCulture, $"copy {mirror} % of the requests to"),
        _ => string.Create(CultureInfo.InvariantCulture, $"send {weight} % of the requests, and copies of {mirror} %, to"),
    };

    /// <summary>The same as a share of something, and the word before the candidate's name.</summary>
    public static string Traffic(int weight, int mirror, string preposition) => (weight, mirror) switch
    {
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{weight} % {preposition}"),
        (0, _) => string.Create(CultureInfo.InvariantCulture, $"copies of {mirror} % {preposition}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{weight} %, and copies of {mirror} %, {preposition}"),
    };

    static bool IsFirstFailing(Turn turn, RolloutState state) =>
        state is { Phase: RolloutPhase.Preparing, StableRevision: null, Reason: not RolloutReasons.Starting and not RolloutReasons.CapacityPending };

    static (string Reason, string Message) OfHealthy(Turn turn, RolloutState state) =>
        turn.Plan.Revision != state.StableRevision && state.Concluded.FirstOrDefault(concluded => concluded.Revision == turn.Plan.Revision) is { } conclusion
            ? (conclusion.Reason, $"{conclusion.Message} {state.StableRevision} serves.")
            : (RolloutReasons.Healthy, $"{state.StableRevision} serves.");

    static (string Reason, string Message) OfRejected(RolloutState state, string? revision, string suffix) =>
        state.Rejected.FirstOrDefault(rejected => rejected.Revision == revision) is { } rejection
            ? (rejection.Reason, rejection.Message + suffix)
            : state.Concluded.FirstOrDefault(concluded => concluded.Revision == revision) is { } conclusion
                ? (conclusion.Reason, conclusion.Message)
                : (RolloutReasons.Superseded, $"{revision} is abandoned.{suffix}");

    static (string Reason, string Message) OfPreparing(Turn turn, RolloutState state)
    {
        var candidate = turn.Candidate(state);
        if (state.StableRevision is null)
        {
            if (candidate.Failure is { } failure)
            {
                return (failure.Reason, failure.Message);
            }

            if (turn.Now - (state.StepEnteredAt ?? turn.Now) >= turn.Plan.ProgressDeadline)
            {
                return (RolloutReasons.ProgressDeadlineExceeded, NotReadyInTime(turn, state, candidate.Ready, state.CandidateReplicas));
            }
        }

        if (RolloutMachine.NeedsContract(turn.Plan, state) && candidate.Ready >= state.CandidateReplicas && turn.Contract(state) is null)
        {
            return (RolloutReasons.ContractPending, $"The pods of {state.CandidateRevision} and {state.StableRevision} have not told yet what their models take and answer.");
        }

        return state.PauseReason is { } reason && candidate.Ready >= state.CandidateReplicas
            ? (reason, $"{state.CandidateRevision} is ready; the rollout is paused.")
            : (RolloutReasons.CapacityPending, $"{state.CandidateRevision} has {candidate.Ready} of {state.CandidateReplicas} replicas ready.{NoNode(turn, state)}");
    }

    static (string Reason, string Message) OfStep(Turn turn, RolloutState state)
    {
        var plan = turn.Plan;
        var step = PlannedStep.At(plan, state.StepIndex);
        var where = state.Phase == RolloutPhase.Baking ? "Bake" : $"Step {state.StepIndex + 1} of {plan.Steps.Count}";
        if (state is { StableLostSince: not null, StepStartedAt: null })
        {
            return (RolloutReasons.StableLost, $"{where}: {StableLostRule.Describe(turn, state, step)}{Problem(turn)}");
        }

        if (state.StepStartedAt is null)
        {
            var ready = turn.Candidate(state).Ready;
            var needed = PlannedStep.CandidateReplicas(plan, step);
            if (step.StableFirst && turn.Stable(state).Pods is > 0 and var left && state.CandidateReplicas == 0)
            {
                return (RolloutReasons.StableStopping, $"{where}: {left} pods of {state.StableRevision} are still to end.");
            }

            return ready < needed
                ? (RolloutReasons.CapacityPending, $"{where}: {ready} of {needed} replicas of {state.CandidateRevision} ready.{NoNode(turn, state)}")
                : (RolloutReasons.TrafficPending, $"{where}: waiting until {plan.Splitters} {Send(state.Weight, state.Mirror)} {state.CandidateRevision}.{Problem(turn)}");
        }

        var open = state.Gates.FirstOrDefault(result => step.Gates.Contains(result.Name) && result.Verdict != Verdict.Pass);
        var evidence = open is null ? "" : $" {open.Name}: {open.Message}";
        return state switch
        {
            { ProviderUnavailableSince: not null } => (RolloutReasons.ProviderUnavailable, $"{where}: held, nothing can be measured.{evidence}"),
            { PauseReason: { } pause } => (pause, $"{where}: {WaitsFor(pause)}{evidence}"),
            { Phase: RolloutPhase.Baking } => (RolloutReasons.Baking, $"{where}: all traffic on {state.CandidateRevision}{(state.StableReplicas == 0 ? "" : turn.Stable(state).Ready > 0 ? $", {state.StableRevision} kept warm" : $", {state.StableRevision} has no ready pod")}.{evidence}"),
            _ => (RolloutReasons.Holding, $"{where}: {Traffic(state.Weight, state.Mirror, state.Mirror > 0 ? "to" : "on")} {state.CandidateRevision}.{evidence}"),
        };
    }

    static string Problem(Turn turn) => turn.Observation.TrafficProblem is { } problem ? " " + problem : "";

    static string WaitsFor(string pauseReason) => pauseReason switch
    {
        RolloutReasons.ManualHold => "waiting to be promoted by hand.",
        RolloutReasons.PausedByCommand => "paused by command.",
        RolloutReasons.PausedBySpec => "paused by spec.",
        RolloutReasons.GateHold => "a failing gate holds it.",
        RolloutReasons.InsufficientData => "too little data by its deadline; waiting for data or a command.",
        _ => "not decided by its deadline; waiting for more data or a command.",
    };
}
