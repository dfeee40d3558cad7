namespace Canario.Rollouts;

/// <summary>A step in force: judges its gates, and leaves it when nothing holds it.</summary>
static class GateRule
{
    /// <summary>
    /// What both sides break soon after a step's begin, when a stall of seconds weighs more than all that was measured, has time until here to pass. A candidate can be the cause of what both suffer (it takes a
    /// node's cores, or floods a store), so what lasts is taken for that.
    /// </summary>
    static readonly TimeSpan SharedFault = TimeSpan.FromMinutes(2);

    public static RolloutState Apply(Turn turn, RolloutState state, RolloutStep step)
    {
        var gates = turn.Plan.Gates.Where(gate => step.Gates.Contains(gate.Name)).ToArray();
        var measured = Judge(turn, state, gates);
        state = TrackProvider(turn, state with { Gates = Merge(turn.Plan, state.Gates, measured) }, measured);
        var overdue = IsOverdue(turn, state, step);
        foreach (var gate in gates)
        {
            if (!gate.DryRun && RejectionBy(gate, measured.GetValueOrDefault(gate.Name), turn.Now - state.StepStartedAt!.Value, overdue) is { } rejection)
            {
                return RollbackRule.Reject(turn, state, rejection.Reason, rejection.Message);
            }
        }

        if (step.Test is { } test && measured.GetValueOrDefault(test) is { } result && ConcludeRule.IsLost(turn, state, step, result, overdue))
        {
            return ConcludeRule.Lose(turn, state, result);
        }

        state = state with { PauseReason = PauseReason(turn, state, step, gates, measured, overdue) };
        var free = state.HoldSkipped
            || (state.PauseReason is null
                && turn.Now - state.StepStartedAt!.Value >= step.Hold.Minimum
                && gates.All(gate => Lets(gate, measured.GetValueOrDefault(gate.Name))));
        if (!free || !turn.IsInForce(state))
        {
            return state.PauseReason is null || state.Phase == RolloutPhase.Baking || state.HoldSkipped ? state : state with { Phase = RolloutPhase.Paused };
        }

        return state.Phase == RolloutPhase.Baking ? Promote(turn, UndoRule.End(turn, state), $"{state.CandidateRevision} {(state.Undo is null ? "is promoted" : "serves again")}; {state.StableRevision} is stopped.") : StepRule.Enter(turn, ConcludeRule.Win(turn, state, step), state.StepIndex + 1);
    }

    static Dictionary<string, GateResult> Judge(Turn turn, RolloutState state, IReadOnlyList<GateSpec> gates)
    {
        var results = new Dictionary<string, GateResult>(StringComparer.Ordinal);
        if (turn.Observation.MeasuredFrom != state.StepStartedAt)
        {
            return results;
        }

        // A rollout looks at one window a step, and at the bake's; the chance of a false failure is shared among them.
        var windows = turn.Plan.Steps.Count + 1;
        foreach (var gate in gates)
        {
            if (turn.Observation.Measurements.TryGetValue(gate.Name, out var measurement))
            {
                results[gate.Name] = GateEvaluators.Evaluate(gate, measurement, gate.Alpha / windows);
            }
        }

        return results;
    }

    static GateResult[] Merge(RolloutPlan plan, IReadOnlyList<GateResult> old, Dictionary<string, GateResult> measured) =>
    [
        .. plan.Gates
            .Select(gate => measured.GetValueOrDefault(gate.Name) ?? old.FirstOrDefault(result => result.Name == gate.Name))
            .OfType<GateResult>(),
    ];

    static RolloutState TrackProvider(Turn turn, RolloutState state, Dictionary<string, GateResult> measured)
    {
        var unavailable = measured.Values.FirstOrDefault(result => result.Verdict == Verdict.ProviderUnavailable);
        return (unavailable, state.ProviderUnavailableSince) switch
        {
            ({ } result, null) => turn.Tell(
                state, state with { ProviderUnavailableSince = turn.Now }, RolloutReasons.ProviderUnavailable, result.Message, warning: true),
            (null, { } since) when measured.Count > 0 => turn.Tell(
                state,
                state with { ProviderUnavailableSince = null, ProviderUnavailableFor = state.ProviderUnavailableFor + (turn.Now - since) },
                RolloutReasons.ProviderBack,
                "Measurements are back."),
            _ => state,
        };
    }

    static bool IsOverdue(Turn turn, RolloutState state, RolloutStep step)
    {
        var blind = state.ProviderUnavailableFor + (state.ProviderUnavailableSince is { } since ? turn.Now - since : TimeSpan.Zero);
        var deadline = step.Hold.Deadline > step.Hold.Minimum ? step.Hold.Deadline : step.Hold.Minimum;
        return turn.Now - state.StepStartedAt!.Value - blind >= deadline;
    }

    /// <param name="held">Since the step's weight came into force.</param>
    static (string Reason, string Message)? RejectionBy(GateSpec gate, GateResult? result, TimeSpan held, bool overdue) => result?.Verdict switch
    {
        Verdict.Fail when gate.OnFail == OnFail.Rollback && !result.SharedWithStable => (gate.Type, result.Message),
        Verdict.Inconclusive when result.SharedWithStable && held >= SharedFault => (gate.Type, $"{result.Message} It may be the candidate's doing."),
        Verdict.InsufficientData when gate.OnInsufficientData == OnInsufficientData.Rollback && overdue => (RolloutReasons.InsufficientData, result.Message),
        _ => null,
    };

    /// <summary>The gate does not keep the step from being left. A gate that was not measured now does: an old result is no evidence.</summary>
    static bool Lets(GateSpec gate, GateResult? result) => gate.DryRun || result?.Verdict switch
    {
        Verdict.Pass => true,
        Verdict.Fail => gate.OnFail == OnFail.Alert || (result.SharedWithStable && gate.OnFail == OnFail.Rollback),
        Verdict.InsufficientData => gate.OnInsufficientData == OnInsufficientData.Pass,
        _ => false,
    };

    static string? PauseReason(
        Turn turn, RolloutState state, RolloutStep step, IReadOnlyList<GateSpec> gates, Dictionary<string, GateResult> measured, bool overdue)
    {
        if (Description.PausedBy(turn, state) is { } reason)
        {
            return reason;
        }

        foreach (var gate in gates.Where(gate => !gate.DryRun))
        {
            switch (measured.GetValueOrDefault(gate.Name)?.Verdict)
            {
                case Verdict.Fail when gate.OnFail == OnFail.Hold:
                    return RolloutReasons.GateHold;
                case Verdict.InsufficientData when overdue && gate.OnInsufficientData == OnInsufficientData.Wait:
                    return RolloutReasons.InsufficientData;
                case Verdict.Inconclusive when overdue:
                    return RolloutReasons.Inconclusive;
            }
        }

        return step.Hold.Manual && turn.Now - state.StepStartedAt!.Value >= step.Hold.Minimum ? RolloutReasons.ManualHold : null;
    }

    public static RolloutState Promote(Turn turn, RolloutState state, string message) => turn.Tell(state, TakePlace(turn, state), RolloutReasons.Promoted, message);

    /// <summary>The candidate is stable from now on.</summary>
    public static RolloutState TakePlace(Turn turn, RolloutState state) => CapacityClock.Stop(DemandRule.Settle(turn, state)) with
    {
        Phase = RolloutPhase.Healthy,
        StableRevision = state.CandidateRevision,
        Served = UndoRule.Serve(state, state.CandidateRevision!),
        StableReplicas = turn.Plan.Replicas,
        CandidateRevision = null,
        CandidateReplicas = 0,
        StepIndex = 0,
        Weight = 0,
        Mirror = 0,
        StepEnteredAt = null,
        StepStartedAt = null,
        TrafficStartedAt = null,
        HoldSkipped = false,
        PausedByCommand = false,
        PauseReason = null,
        ProviderUnavailableSince = null,
        ProviderUnavailableFor = TimeSpan.Zero,
        StableLostSince = null,
        StableLostFor = TimeSpan.Zero,
    };
}
