namespace Canario.Rollouts.Tests;

/// <summary>Every kind of event in random orders; the invariants of docs/guide.md after each. Seeded: a failure names its seed and step.</summary>
public sealed class RandomWalkTests
{
    const int StepsPerSeed = 5000;

    static readonly GateSpec Drift = new() { Name = "drift", Type = GateTypes.PredictionDrift, OnInsufficientData = OnInsufficientData.Rollback };

    static readonly HashSet<string> MustBeSeen =
    [
        .. Enum.GetNames<RolloutPhase>(),
        RolloutReasons.Promoted, RolloutReasons.RolledBack, RolloutReasons.Superseded, RolloutReasons.SpecRestored, RolloutReasons.Aborted,
        RolloutReasons.ProgressDeadlineExceeded, RolloutReasons.StableStopping, RolloutReasons.CapacityLost, RolloutReasons.ProviderUnavailable, RolloutReasons.ProviderBack,
        RolloutReasons.CommandHandled, RolloutReasons.CommandRefused, RolloutReasons.ShadowConcluded, GateTypes.ErrorRate, GateTypes.PredictionDrift, GateTypes.ShadowAgreement, "CrashLoopBackOff",
    ];

    [Fact]
    public void The_invariants_hold_in_every_order_of_events()
    {
        var seen = new HashSet<string>();
        for (var seed = 1; seed <= 24; seed++)
        {
            Walk(seed, seen);
        }

        // A walk that never gets anywhere proves nothing.
        Assert.Empty(MustBeSeen.Except(seen));
    }

    static void Walk(int seed, HashSet<string> seen)
    {
        var random = new SplitMix((ulong)seed);
        var cluster = new SimulatedCluster(Plan(random));
        for (var step = 0; step < StepsPerSeed; step++)
        {
            Disturb(cluster, random);
            if (random.Next(200) == 0)
            {
                Settle(cluster, $"seed {seed}, step {step}");
            }

            var (plan, before, facts, world) = (cluster.Plan, cluster.State, default(Observation), cluster.World);
            var by = random.Pick(TimeSpan.Zero, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40), TimeSpan.FromMinutes(4));
            facts = cluster.Observe();
            var decision = cluster.Tick(by);
            try
            {
                Check(plan, before, facts, decision, cluster.Now, world);
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                throw new InvalidOperationException($"Seed {seed}, step {step}: {before.Phase} to {decision.Next.Phase}, {decision.Next.Reason}. {failure.Message}", failure);
            }

            seen.UnionWith(decision.Transitions.Select(transition => transition.Reason).Append(decision.Next.Phase.ToString()).Append(decision.Next.Reason));
        }
    }

    static void Check(RolloutPlan plan, RolloutState before, Observation facts, Decision decision, DateTimeOffset now, World worldBefore)
    {
        var next = decision.Next;
        int Ready(string? revision) => facts.Revisions.FirstOrDefault(r => r.Revision == revision)?.Ready ?? 0;

        // The same facts again.
        var again = RolloutMachine.Decide(plan, next, facts, now);
        Assert.Equal(next, again.Next);
        Assert.Equal(decision.World, again.World);
        Assert.Empty(again.Transitions);

        // The world.
        Assert.Equal(decision.World, RolloutMachine.World(plan, next));
        Assert.True(decision.World.Revisions.Count == 0 || decision.World.Revisions.Sum(revision => revision.Weight) == 100, "weights sum to 100");
        Assert.All(decision.World.Revisions, revision => Assert.InRange(revision.Weight, 0, 100));
        Assert.All(decision.World.Revisions, revision => Assert.True(revision.Replicas >= 0));

        // Traffic goes to nobody who is not there, while there is somebody else.
        if (next is { StableRevision: { } stable, CandidateRevision: { } candidate })
        {
            Assert.True(next.Weight == 0 || Ready(candidate) > 0, "candidate without a ready pod has weight");
            var mayServe = before.Weight > 0 && before.CandidateRevision == candidate && next.Phase is not RolloutPhase.RollingBack && next.ResumePhase is not RolloutPhase.RollingBack;
            var stableGone = facts.Revisions.Any(r => r.Revision == stable && r is { Ready: 0, Desired: > 0 });
            Assert.False(mayServe && stableGone && next.Weight is > 0 and < 100, "stable without a ready pod keeps weight beside a candidate that serves");
            Assert.False(next.Phase == RolloutPhase.RollingBack && before.CandidateRevision == candidate && next.Weight > before.Weight, "a rollback raises the weight");
            Assert.False(next.Phase == RolloutPhase.Preparing && (next.Weight > 0 || next.Mirror > 0), "traffic while preparing");
        }

        // What may not run twice does not: a side starts when the other side's pods are gone.
        if (plan.Steps is [{ StableFirst: true }, ..] && next is { StableRevision: { } old, CandidateRevision: { } young })
        {
            int Pods(string revision) => facts.Revisions.FirstOrDefault(r => r.Revision == revision)?.Pods ?? 0;
            var replicas = before.CandidateRevision == young ? before.CandidateReplicas : 0;
            Assert.False(next.CandidateReplicas > replicas && Pods(old) > 0, "the candidate starts beside stable");
            Assert.False(before is { StableReplicas: 0 } && next.StableReplicas > 0 && before.CandidateRevision == young && Pods(young) > 0, "stable starts beside the candidate");
        }

        // Rejected stays rejected.
        var retried = decision.Transitions.Any(t => t.Reason == RolloutReasons.CommandHandled) && facts.Command!.Action == CommandAction.Retry ? facts.Command.Revision : null;
        Assert.All(before.Rejected, rejected => Assert.True(rejected.Revision == retried || next.IsRejected(rejected.Revision), "a rejection is forgotten"));
        if (next.CandidateRevision is { } trial && next.IsRejected(trial))
        {
            Assert.Equal(RolloutPhase.RollingBack, next.ResumePhase ?? next.Phase);
        }

        Assert.True(next.StableRevision is null || next.StableRevision == before.StableRevision || !next.IsRejected(next.StableRevision), "a rejected revision is stable");

        // Copies go to a candidate only, and to one that is there; a plan that drops its candidate gives it nothing more and never promotes it.
        Assert.All(decision.World.Revisions, revision => Assert.True(revision.Mirror == 0 || (revision.IsCandidate && revision.Mirror is > 0 and <= 100), "copies to stable"));
        if (plan.SpecError is null)
        {
            Assert.False(next.Mirror > 0 && Ready(next.CandidateRevision) == 0, "copies to a candidate without a ready pod");
            Assert.False(next.Mirror > 0 && next.Phase is RolloutPhase.RollingBack or RolloutPhase.Baking && next.Mirror > 0, "copies after the shadow's steps");
        }

        if (plan is { DropsCandidate: true, SpecError: null } && before.StableRevision is not null)
        {
            Assert.Equal(before.StableRevision, next.StableRevision);
            Assert.True(next.Weight <= before.Weight || next.CandidateRevision != before.CandidateRevision, "a candidate that is to be dropped gets traffic");
            Assert.False(
                before.IsConcluded(plan.Revision) && next.CandidateRevision == plan.Revision && before.CandidateRevision is null && facts.Command?.Action != CommandAction.Retry,
                "a concluded shadow starts again");
        }

        Assert.True(next.CandidateRevision is null || !next.IsConcluded(next.CandidateRevision) || (next.ResumePhase ?? next.Phase) == RolloutPhase.RollingBack, "a concluded revision is on trial");
        Assert.False(next.StableRevision is { } serving && next.IsConcluded(serving), "a concluded revision is stable");

        // Nobody is rejected, and nobody promoted, on what was not measured.
        var newlyRejected = next.Rejected.Except(before.Rejected).ToArray();
        if (!facts.Measurements.Values.Any(measurement => measurement is not ProviderError))
        {
            Assert.All(newlyRejected, rejected => Assert.DoesNotContain(rejected.Reason, GateEvaluators.Names.Append(RolloutReasons.InsufficientData)));
        }

        if (before.StableRevision is not null && next.StableRevision != before.StableRevision)
        {
            Assert.Equal(before.CandidateRevision, next.StableRevision);
            Assert.Equal(RolloutMachine.World(plan, before).Split, facts.TrafficInForce);
            Assert.True(before.HoldSkipped || decision.Transitions.Any(t => t.Reason == RolloutReasons.CommandHandled) || facts.Measurements.Values.All(m => m is RateMeasurement or DriftMeasurement or ShadowMeasurement), "promoted without evidence");
        }

        // A spec that cannot be carried out moves nothing, unless somebody is gone, a rollback is under way or a person says abort.
        if (plan.SpecError is not null)
        {
            Assert.Equal(RolloutPhase.Stalled, next.Phase);
            if ((next.ResumePhase, before.ResumePhase ?? before.Phase) is (not RolloutPhase.RollingBack, not RolloutPhase.RollingBack)
                && facts.Revisions.All(r => r.Ready > 0)
                && !decision.Transitions.Any(t => t.Reason == RolloutReasons.Aborted))
            {
                Assert.Equal(worldBefore, decision.World);
            }
        }

        // Who waits says until when.
        Assert.True(next.IsTerminal || decision.CheckAgainIn > TimeSpan.Zero, "waits without a time");
        Assert.False(next.IsTerminal && plan.SpecError is null && decision.CheckAgainIn is not null, "at rest but busy");
    }

    /// <summary>From any state, once events cease and the world obeys, the end is reached within the plan's time.</summary>
    static void Settle(SimulatedCluster cluster, string where)
    {
        cluster.ReadyAtMost.Clear();
        cluster.Failures.Clear();
        cluster.Ending.Clear();
        cluster.RoutersFollow = true;
        cluster.InForce = cluster.World.Split;
        cluster.Command = null;
        cluster.Measurements["errors"] = Plans.Good;
        cluster.Measurements["drift"] = Same;
        cluster.Measurements["agreement"] = Plans.Pairs(1000, 5);
        if (cluster.Plan.SpecError is not null)
        {
            cluster.Plan = Plans.Canary(Plans.Three, Plans.Errors, Drift);
        }

        cluster.Plan = cluster.Plan with { Paused = false };
        if (cluster.State.PausedByCommand)
        {
            cluster.Command = new RolloutCommand(CommandAction.Resume, cluster.State.CandidateRevision!, where);
        }

        // Three holds of 30 s, a bake of a minute, a rollback before it; a tick is five seconds.
        for (var tick = 0; tick < 100; tick++)
        {
            if (cluster.Tick().Next is { IsTerminal: true })
            {
                return;
            }

            if (cluster.State.PauseReason == RolloutReasons.ManualHold)
            {
                cluster.Command = new RolloutCommand(CommandAction.Promote, cluster.State.CandidateRevision!, where + " promote");
            }
        }

        Assert.Fail($"{where}: still {cluster.State.Phase} ({cluster.State.Reason}: {cluster.State.Message}).");
    }

    static void Disturb(SimulatedCluster cluster, SplitMix random)
    {
        var revision = random.Pick(Plans.One, Plans.Two, Plans.Three);
        switch (random.Next(40))
        {
            case 0:
                cluster.Plan = Plan(random);
                break;
            case 1:
                cluster.Plan = RolloutPlan.Invalid("spec.replicas is -1.");
                break;
            case 2 or 3:
                cluster.Command = new RolloutCommand(random.Pick(Enum.GetValues<CommandAction>()), random.Pick(revision, cluster.State.CandidateRevision ?? cluster.Plan.Revision), random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case 4:
                cluster.Failures[revision] = new PodFailure("CrashLoopBackOff", "exit 12");
                break;
            case 5 or 6:
                cluster.Failures.Clear();
                break;
            case 7:
                cluster.ReadyAtMost[revision] = random.Next(4);
                break;
            case 8 or 9:
                cluster.ReadyAtMost.Clear();
                break;
            case 10:
                cluster.RoutersFollow = false;
                break;
            case 11:
                cluster.InForce = null;
                break;
            case 12 or 13:
                cluster.RoutersFollow = true;
                cluster.InForce = cluster.World.Split;
                break;
            case 14:
                cluster.Measurements["errors"] = cluster.Measurements["drift"] = cluster.Measurements["agreement"] = new ProviderError("refused");
                break;
            case 15:
                cluster.Measurements.Clear();
                break;
            case 16:
                cluster.Measurements["errors"] = random.Pick<Measurement>(Plans.Bad, Plans.Rates(10, 9, 90, 0), Plans.Rates(1000, 30, 9000, 90), NoData.Instance, Plans.Rates(0, 0, 0, 0), Plans.Rates(3, 9, 1, 1));
                break;
            case 17:
                cluster.Measurements["drift"] = random.Pick<Measurement>(Drifted, NoData.Instance, Same);
                break;
            case 18 or 19 or 20 or 21:
                cluster.Measurements["errors"] = Plans.Good;
                cluster.Measurements["drift"] = Same;
                cluster.Measurements["agreement"] = Plans.Pairs(1000, 5);
                break;
            case 27:
                cluster.Measurements["agreement"] = random.Pick<Measurement>(Plans.Pairs(1000, 60), Plans.Pairs(1000, 24), Plans.Pairs(10, 0), NoData.Instance, Plans.Pairs(1, 2));
                break;
            case 22:
                cluster.Plan = cluster.Plan with { Paused = random.Next(2) == 0 };
                break;
            case 24:
                cluster.Ending[revision] = 1 + random.Next(3);
                break;
            case 25 or 26:
                cluster.Ending.Clear();
                break;
            case 23:
                cluster.Plan = cluster.Plan with { Steps = [.. cluster.Plan.Steps.Take(random.Next(3))] };
                break;
        }
    }

    static DriftMeasurement Same => new([new() { Name = "churn", Candidate = Plans.Bins(500, 500), Stable = Plans.Bins(4500, 4500) }]);

    static DriftMeasurement Drifted => new([new() { Name = "churn", Candidate = Plans.Bins(100, 900), Stable = Plans.Bins(4500, 4500) }]);

    static RolloutPlan Plan(SplitMix random)
    {
        var revision = random.Pick(Plans.One, Plans.Two, Plans.Three);
        var replicas = random.Pick(1, 2, 4, 10);
        var plan = random.Next(8) switch
        {
            0 => Plans.BlueGreen(revision, random.Next(2) == 0, Plans.Errors, Drift),
            1 => Plans.Recreate(revision, Plans.Errors, Drift),
            2 => Plans.RollingUpdate(revision, replicas, 1 + random.Next(replicas), random.Next(replicas), Plans.Errors, Drift),
            3 or 4 => Plans.Shadow(revision, random.Pick(Enum.GetValues<AfterShadow>()), Plans.Errors, Drift, Plans.Agreement),
            _ => Plans.Canary(revision, Plans.Errors, Drift),
        };
        return plan with { Replicas = replicas };
    }
}
