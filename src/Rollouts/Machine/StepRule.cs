using System.Globalization;

namespace Canario.Rollouts;

/// <summary>One step, the bake included: capacity, weight, evidence, then the next.</summary>
static class StepRule
{
    public static RolloutState Enter(Turn turn, RolloutState state, int index)
    {
        var plan = turn.Plan;
        var bake = PlannedStep.IsBake(plan, index);
        if (bake && plan.DropsCandidate)
        {
            return ConcludeRule.Conclude(turn, state);
        }

        var step = PlannedStep.At(plan, index);
        return turn.Tell(
            state,
            CapacityClock.Start(turn, state) with
            {
                Phase = bake ? RolloutPhase.Baking : RolloutPhase.Progressing,
                StepIndex = bake ? plan.Steps.Count : index,
                StepEnteredAt = turn.Now,
                StepStartedAt = null,
                HoldSkipped = false,
                PauseReason = null,
                ProviderUnavailableSince = null,
                ProviderUnavailableFor = TimeSpan.Zero,
                StableLostFor = TimeSpan.Zero,
            },
            bake ? RolloutReasons.Baking : RolloutReasons.StepEntered,
            state.StableLostSince is not null ? $"{StableLostRule.Since(state)}: {state.CandidateRevision} has all traffic already, and {plan.Bake} of bake decide about it."
                : bake
                ? $"{state.CandidateRevision} takes all traffic; {state.StableRevision} is {(step.StableCapacityPercent > 0 ? "kept warm" : "at hand")} for {plan.Bake}."
                : $"Step {index + 1} of {plan.Steps.Count}: {Description.Traffic(step.Weight, step.Mirror, "to")} {state.CandidateRevision}.");
    }

    public static RolloutState Apply(Turn turn, RolloutState state)
    {
        if (ConcludeRule.IsAgainstPlan(turn.Plan, state))
        {
            return ConcludeRule.StartOver(turn, state);
        }

        // Steps may have been taken out of the spec under way; the bake is the end of every list.
        var index = state.Phase == RolloutPhase.Baking ? turn.Plan.Steps.Count : state.StepIndex;
        if (state.Phase != RolloutPhase.Baking && PlannedStep.IsBake(turn.Plan, index))
        {
            return Enter(turn, state, index);
        }

        state = state with { Phase = PlannedStep.IsBake(turn.Plan, index) ? RolloutPhase.Baking : RolloutPhase.Progressing, StepIndex = index };
        var step = PlannedStep.At(turn.Plan, index);
        state = StableLostRule.Follow(turn, state, step);
        var isLost = state.StableLostSince is not null;
        if (isLost && !PlannedStep.IsBake(turn.Plan, index) && StableLostRule.EndsSteps(turn, state))
        {
            return StableLostRule.EndSteps(turn, state);
        }

        state = CapacityClock.Follow(turn, state, step, isLost);
        state = AskForTraffic(turn, AskForCapacity(turn, state, step), step);
        if (state.StepStartedAt is null)
        {
            // Nobody but the candidate could serve in its place, so the bake does not wait for more of it than there is.
            var isThere = (isLost || turn.Candidate(state).Ready >= PlannedStep.CandidateReplicas(turn.Plan, step)) && state.Weight == step.Weight && state.Mirror == step.Mirror;
            // What may go now goes now: a step without a hold is left at once, and the next one asks for the room.
            state = isThere && turn.IsInForce(state) ? AskForCapacity(turn, Start(turn, state, step), step) : state;
        }

        if (state.StepStartedAt is null)
        {
            return HoldOrGiveUp(turn, state with { PauseReason = null }, step);
        }

        return GateRule.Apply(turn, state, step);
    }

    static RolloutState AskForCapacity(Turn turn, RolloutState state, RolloutStep step)
    {
        var needed = PlannedStep.CandidateReplicas(turn.Plan, step);
        var candidate = DemandRule.CandidateReplicas(turn, state, state.StableLostSince is null ? needed : Math.Max(needed, turn.Plan.Replicas));
        var stable = PlannedStep.Replicas(turn.Plan, step.StableCapacityPercent);
        if (step.StableFirst)
        {
            var hasRoom = turn.Stable(state).Pods <= stable;
            return state with { CandidateReplicas = hasRoom ? candidate : state.CandidateReplicas, StableReplicas = stable };
        }

        if (state.StepStartedAt is null)
        {
            // Up at once, down only when the weight that lets it go down is in force; and stable bears what the candidate cannot yet.
            stable = Math.Max(stable, PlannedStep.StableReplicasFor(turn.Plan, state.StepIndex, state.Weight));
            var mayGoDown = turn.Plan.SplitByPods && turn.Stable(state).Ready >= stable;
            candidate = mayGoDown ? candidate : Math.Max(candidate, Math.Min(state.CandidateReplicas, turn.Plan.Replicas));
            stable = turn.Plan.SplitByPods ? stable : Math.Max(stable, Math.Min(state.StableReplicas, turn.Plan.Replicas));
        }

        return state with { CandidateReplicas = candidate, StableReplicas = stable };
    }

    static RolloutState AskForTraffic(Turn turn, RolloutState state, RolloutStep step)
    {
        var plan = DemandRule.OfStep(turn.Plan, state);
        var ready = turn.Candidate(state).Ready;
        var enough = ready >= PlannedStep.CandidateReplicas(plan, step);
        var weight = enough
            ? step.Weight
            : Math.Min(
                Math.Max(PlannedStep.BearableWeight(plan, step, ready), PlannedStep.BearableWeightBefore(plan, state.StepIndex, ready)),
                state.Weight);
        if (state.StableLostSince is not null || (state.Weight > 0 && ready > 0 && turn.Stable(state).Ready == 0))
        {
            // Whatever goes to a stable without a ready pod is lost; a candidate that already serves is the better bet.
            weight = 100;
        }

        var mirror = enough && weight == step.Weight ? step.Mirror : 0;
        if (weight == state.Weight && mirror == state.Mirror)
        {
            return state;
        }

        var moved = state with { Weight = weight, Mirror = mirror };
        if (state.StepStartedAt is null)
        {
            return moved;
        }

        // The hold and the gates' windows begin anew with the weight: evidence from two splits is not comparable.
        moved = moved with { StepStartedAt = null, StepEnteredAt = turn.Now };
        return state.StableLostSince is not null ? moved : turn.Tell(
            state,
            moved,
            enough ? RolloutReasons.TrafficPending : RolloutReasons.CapacityLost,
            enough
                ? $"{Change(state, weight, mirror, $"of {state.CandidateRevision} ")}."
                : $"{state.CandidateRevision} has {ready} ready of {state.CandidateReplicas}: its {Change(state, weight, mirror, "").ToLowerInvariant()}, and the step begins anew when they are back.",
            warning: true);
    }

    static string Change(RolloutState state, int weight, int mirror, string whose) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(state.Weight == weight ? $"Share of copies {whose}goes from {state.Mirror} to {mirror}" : $"Weight {whose}goes from {state.Weight} to {weight}")} %");

    static RolloutState Start(Turn turn, RolloutState state, RolloutStep step) => turn.Tell(
        state,
        state with
        {
            StepStartedAt = turn.Now,
            StepCapacity = turn.Plan.Autoscaling is null ? null : turn.Plan.Replicas,
            TrafficStartedAt = state.TrafficStartedAt ?? (step.Weight > 0 ? turn.Now : null),
            // An outage from before a step began anew is no time of this one: it would put its deadline off.
            ProviderUnavailableSince = state.ProviderUnavailableSince is null ? null : turn.Now,
            ProviderUnavailableFor = TimeSpan.Zero,
        },
        RolloutReasons.WeightInForce,
        $"{char.ToUpperInvariant(turn.Plan.Splitters[0])}{turn.Plan.Splitters[1..]} {Description.Send(step.Weight, step.Mirror)} {state.CandidateRevision}.");

    static RolloutState HoldOrGiveUp(Turn turn, RolloutState state, RolloutStep step)
    {
        var needed = PlannedStep.CandidateReplicas(turn.Plan, step);
        var ready = turn.Candidate(state).Ready;
        return ready < needed && CapacityClock.IsOver(turn, state)
            ? RollbackRule.Reject(turn, state, RolloutReasons.ProgressDeadlineExceeded, CapacityClock.Describe(turn, state, ready, needed))
            : state;
    }
}
