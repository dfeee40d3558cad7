namespace Canario.Rollouts.Tests;

/// <summary>What holds of every decision, whatever happened before; the list is in docs/guide.md.</summary>
static class Invariants
{
    public static void Check(Decided d)
    {
        CheckAgain(d);
        CheckWorld(d);
        CheckTraffic(d);
        CheckStableFirst(d);
        CheckRejected(d);
        CheckContract(d);
        CheckShadow(d);
        CheckEvidence(d);
        CheckInvalidSpec(d);
        CheckUndo(d);
        CheckAutoscaling(d);
        // Who waits says until when.
        Assert.True(d.Next.IsTerminal || d.Decision.CheckAgainIn > TimeSpan.Zero, "waits without a time");
        Assert.False(d.Next.IsTerminal && d.Plan.SpecError is null && d.Decision.CheckAgainIn is not null && d.Next.CapacityHeldUntil is null, "at rest but busy");
    }

    /// <summary>The same facts again change nothing.</summary>
    static void CheckAgain(Decided d)
    {
        var again = RolloutMachine.Decide(d.Plan, d.Next, d.Facts, d.Now);
        Assert.Equal(d.Next, again.Next);
        Assert.Equal(d.Decision.World, again.World);
        Assert.Empty(again.Transitions);
    }

    static void CheckWorld(Decided d)
    {
        var world = d.Decision.World;
        Assert.Equal(world, RolloutMachine.World(d.Plan, d.Next));
        Assert.True(world.Revisions.Count == 0 || world.Revisions.Sum(revision => revision.Weight) == 100, "weights sum to 100");
        Assert.All(world.Revisions, revision => Assert.InRange(revision.Weight, 0, 100));
        Assert.All(world.Revisions, revision => Assert.True(revision.Replicas >= 0));
    }

    /// <summary>Traffic goes to nobody who is not there, while there is somebody else.</summary>
    static void CheckTraffic(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        if (next is not { StableRevision: { } stable, CandidateRevision: { } candidate })
        {
            return;
        }

        Assert.True(next.Weight == 0 || d.Ready(candidate) > 0, "candidate without a ready pod has weight");
        var mayServe = before.Weight > 0 && before.CandidateRevision == candidate && next.Phase is not RolloutPhase.RollingBack && next.ResumePhase is not RolloutPhase.RollingBack;
        var stableGone = d.Facts.Revisions.Any(r => r.Revision == stable && r is { Ready: 0, Desired: > 0 });
        Assert.False(mayServe && stableGone && next.Weight is > 0 and < 100, "stable without a ready pod keeps weight beside a candidate that serves");
        Assert.False(
            next.Phase == RolloutPhase.RollingBack && before.CandidateRevision == candidate && next.Weight > before.Weight && d.Ready(stable) > 0, "a rollback raises the weight");
        Assert.False(next.Phase == RolloutPhase.Preparing && (next.Weight > 0 || next.Mirror > 0), "traffic while preparing");
    }

    /// <summary>What may not run twice does not: a side starts when the other side's pods are gone.</summary>
    static void CheckStableFirst(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        if (d.Plan.Steps is not [{ StableFirst: true }, ..] || next is not { StableRevision: { } old, CandidateRevision: { } young })
        {
            return;
        }

        var replicas = before.CandidateRevision == young ? before.CandidateReplicas : 0;
        Assert.False(next.CandidateReplicas > replicas && d.Pods(old) > 0, "the candidate starts beside stable");
        Assert.False(before is { StableReplicas: 0 } && next.StableReplicas > 0 && before.CandidateRevision == young && d.Pods(young) > 0, "stable starts beside the candidate");
    }

    /// <summary>Rejected stays rejected.</summary>
    static void CheckRejected(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        var retried = d.Tells(RolloutReasons.CommandHandled) && d.Facts.Command!.Action is CommandAction.Retry or CommandAction.Undo ? d.Facts.Command.Revision : null;
        Assert.All(before.Rejected, rejected => Assert.True(rejected.Revision == retried || IsMeantByNow(d.Plan, rejected) || next.IsRejected(rejected.Revision), "a rejection is forgotten"));
        if (next.CandidateRevision is { } trial && next.IsRejected(trial))
        {
            Assert.Equal(RolloutPhase.RollingBack, next.ResumePhase ?? next.Phase);
        }

        // Faute de mieux: stable is lost, and another revision could not be tried otherwise.
        var standsIn = before is { Weight: 100, StableLostSince: { } since } && d.Plan.SpecError is null
            && d.Now - since + before.StableLostFor >= d.Plan.ProgressDeadline && next.StableRevision == before.CandidateRevision && d.Ready(before.StableRevision) == 0
            && next is { CandidateRevision: not null } && next.CandidateRevision != before.StableRevision;
        Assert.True(standsIn || next.StableRevision is null || next.StableRevision == before.StableRevision || !next.IsRejected(next.StableRevision), "a rejected revision is stable");
    }

    static bool IsMeantByNow(RolloutPlan plan, RejectedRevision rejected) =>
        plan is { ChecksContract: false, SpecError: null } && rejected.Reason is RolloutReasons.ContractChanged or RolloutReasons.ContractUnknown;

    /// <summary>No traffic, and no copies, before it is known that stable's callers can do with the candidate.</summary>
    static void CheckContract(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        var leavesPreparing = (before.ResumePhase ?? before.Phase) == RolloutPhase.Preparing
            && before is { StableRevision: not null, CandidateRevision: not null, Undo: null }
            && next.CandidateRevision == before.CandidateRevision
            && next.Phase is RolloutPhase.Progressing or RolloutPhase.Paused or RolloutPhase.Baking;
        // Where stable stops first there is no candidate to ask, also when the strategy became such a one while a candidate was being prepared.
        var hasCandidate = before.CandidateReplicas > 0 && d.Plan.Steps is not [{ StableFirst: true }, ..];
        if (leavesPreparing && next.Undo is null && next.StepEnteredAt != before.StepEnteredAt && d.Plan.ChecksContract && hasCandidate)
        {
            Assert.Equal(new ContractCheck(next.CandidateRevision!, null), d.Facts.Contract);
        }
    }

    /// <summary>Copies go to a candidate only, and to one that is there; a plan that drops its candidate gives it nothing more and never promotes it.</summary>
    static void CheckShadow(Decided d)
    {
        var (plan, before, next) = (d.Plan, d.Before, d.Next);
        Assert.All(d.Decision.World.Revisions, revision => Assert.True(revision.Mirror == 0 || (revision.IsCandidate && revision.Mirror is > 0 and <= 100), "copies to stable"));
        if (plan.SpecError is null)
        {
            Assert.False(next.Mirror > 0 && d.Ready(next.CandidateRevision) == 0, "copies to a candidate without a ready pod");
            Assert.False(next.Mirror > 0 && next.Phase is RolloutPhase.RollingBack or RolloutPhase.Baking && next.Mirror > 0, "copies after the shadow's steps");
        }

        if (plan is { DropsCandidate: true, SpecError: null } && before is { StableRevision: not null, Undo: null } && next.Undo is null)
        {
            Assert.True(next.StableRevision == before.StableRevision || next.StableRevision != plan.Revision, "a candidate that is to be dropped is promoted");
            var share = Math.Max(before.Weight, plan.Steps.Select(step => step.Weight).DefaultIfEmpty().Max());
            Assert.True(next.Weight <= share || next.CandidateRevision != before.CandidateRevision || d.Ready(before.StableRevision) == 0, "a candidate that is to be dropped gets more traffic than its share");
        }

        if (plan.SpecError is null && before is { StableRevision: not null, Undo: null } && next.Undo is null)
        {
            var reason = plan.Steps.Any(step => step.Test is not null) ? RolloutReasons.TestConcluded : plan.DropsCandidate ? RolloutReasons.ShadowConcluded : null;
            Assert.False(
                before.Concluded.Any(c => c.Revision == plan.Revision && c.Reason == reason) && next.CandidateRevision == plan.Revision && before.CandidateRevision is null && d.Facts.Command?.Action != CommandAction.Retry,
                "what was concluded starts again");
        }

        Assert.True(next.CandidateRevision is null || !next.IsConcluded(next.CandidateRevision) || (next.ResumePhase ?? next.Phase) == RolloutPhase.RollingBack, "a concluded revision is on trial");
        Assert.False(next.StableRevision is { } serving && next.IsConcluded(serving), "a concluded revision is stable");
    }

    /// <summary>Nobody is rejected, and nobody promoted, on what was not measured.</summary>
    static void CheckEvidence(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        if (!d.Facts.Measurements.Values.Any(measurement => measurement is not ProviderError))
        {
            Assert.All(next.Rejected.Except(before.Rejected), rejected => Assert.DoesNotContain(rejected.Reason, GateEvaluators.Names.Append(RolloutReasons.InsufficientData)));
        }

        if (before is { Phase: RolloutPhase.Progressing or RolloutPhase.Paused, HoldSkipped: false, Undo: null }
            && next is { Phase: RolloutPhase.Baking }
            && before.StepIndex < d.Plan.Steps.Count && d.Plan.Steps[before.StepIndex].Test is { } test
            && !d.Tells(RolloutReasons.CommandHandled)
            && before.StableLostSince is null && !d.Tells(RolloutReasons.StableLost))
        {
            var gate = d.Plan.Gates.Single(gate => gate.Name == test);
            Assert.Equal(Verdict.Pass, GateEvaluators.Evaluate(gate, d.Facts.Measurements[test], gate.Alpha / 2).Verdict);
        }

        if (before.StableRevision is not null && next.StableRevision != before.StableRevision)
        {
            Assert.Equal(before.CandidateRevision, next.StableRevision);
            Assert.Equal(100, d.Facts.TrafficInForce!.Shares.Single(share => share.Revision == next.StableRevision).Weight);
            Assert.True(before.Undo is not null || before.HoldSkipped || d.Tells(RolloutReasons.CommandHandled) || d.Facts.Measurements.Values.All(m => m is RateMeasurement or DriftMeasurement or ShadowMeasurement), "promoted without evidence");
        }
    }

    /// <summary>Only what served goes around the gates, only when it is told to, and only in one go with all its capacity.</summary>
    static void CheckUndo(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        Assert.True(next.StableRevision is null || next.Served.Contains(next.StableRevision), "what serves is not among those that served");
        if (next.Undo is { } begun && begun != before.Undo)
        {
            Assert.Equal(new RolloutCommand(CommandAction.Undo, begun.To, d.Facts.Command!.Nonce), d.Facts.Command);
            Assert.Contains(begun.To, before.Served);
            Assert.Contains(begun.To, d.Facts.Kept);
            Assert.True(before.Rejected.All(rejected => rejected.Revision != begun.To || rejected.Reason == RolloutReasons.Undone), "a rejection for cause is undone");
            Assert.Equal(d.Plan.Revision, begun.Of);
        }

        if (next.Undo is { } undo && next.CandidateRevision == undo.To && d.Plan.SpecError is null && (next.ResumePhase ?? next.Phase) is not RolloutPhase.RollingBack)
        {
            Assert.True(next.Weight is 0 || d.Ready(undo.To) > 0, "traffic to an earlier revision that is not there");
            Assert.False(before.CandidateRevision == undo.To && before.Weight == 0 && next.Weight > 0 && d.Ready(undo.To) < (d.Plan.Autoscaling is null ? d.Plan.Replicas : before.Replicas), "an earlier revision gets traffic before its capacity");
            Assert.Equal(0, next.Mirror);
        }

        if (before.Undo is { } ended && next.Undo is null && next.StableRevision == ended.To && before.StableRevision != ended.To)
        {
            Assert.True(next.IsRejected(ended.Of) || d.Plan.Revision != ended.Of, "what was undone would be rolled out again");
        }
    }

    /// <summary>Stable can take everything back whatever its autoscaler thinks of the little that it has left, and the bounds are kept.</summary>
    static void CheckAutoscaling(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        if (d.Plan is not { Autoscaling: { } range, SpecError: null })
        {
            Assert.True(d.Plan.SpecError is not null || next.CapacityHeldUntil is null, "capacity is held for no autoscaler");
            return;
        }

        Assert.InRange(next.Replicas, range.Min, range.Max);
        Assert.True(next.StableReplicas <= range.Max && next.CandidateReplicas <= range.Max, "more than the autoscaler may have");
        if (next is not { StableRevision: { } stable, CandidateRevision: { } candidate })
        {
            return;
        }

        var live = d.Facts.Revisions.FirstOrDefault(r => r.Revision == stable)?.Desired ?? 0;
        Assert.True(next.Replicas >= Math.Min(range.Max, live), "all traffic needs less than stable has");
        var goesOn = before.CandidateRevision == candidate && before.StableRevision == stable;
        Assert.False(goesOn && next.Replicas < Math.Min(range.Max, before.Replicas), "what all traffic needs falls in the middle of a rollout");
        Assert.True(d.Plan.Steps is [{ StableFirst: true }, ..] || next.Phase == RolloutPhase.RollingBack || next.StableReplicas >= next.Replicas, "stable may go below what all traffic needs");
        Assert.False(
            goesOn && next.Weight > before.Weight && next.Phase is not RolloutPhase.RollingBack && d.Ready(stable) > 0 && d.Ready(candidate) < ((long)before.Replicas * next.Weight + 99) / 100 && before.StepStartedAt is null,
            "traffic before its capacity");
    }

    /// <summary>A spec that cannot be carried out moves nothing, unless somebody is gone, a rollback is under way or a person says abort.</summary>
    static void CheckInvalidSpec(Decided d)
    {
        var (before, next) = (d.Before, d.Next);
        if (d.Plan.SpecError is null)
        {
            return;
        }

        Assert.Equal(RolloutPhase.Stalled, next.Phase);
        if ((next.ResumePhase, before.ResumePhase ?? before.Phase) is (not RolloutPhase.RollingBack, not RolloutPhase.RollingBack)
            && d.Facts.Revisions.All(r => r.Ready > 0)
            && d.WorldBefore.Revisions.All(asked => d.Facts.Revisions.Any(there => there.Revision == asked.Revision))
            && !d.Tells(RolloutReasons.Aborted))
        {
            Assert.Equal(d.WorldBefore, d.Decision.World);
        }
    }
}
