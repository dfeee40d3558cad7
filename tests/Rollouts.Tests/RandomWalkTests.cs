namespace Canario.Rollouts.Tests;

/// <summary>Every kind of event in random orders; the invariants of docs/guide.md after each. Seeded: a failure names its seed and step.</summary>
public sealed class RandomWalkTests
{
    const int StepsPerSeed = 5000;

    // A million steps.
    const int Seeds = 200;

    static readonly GateSpec Drift = new() { Name = "drift", Type = GateTypes.PredictionDrift, OnInsufficientData = OnInsufficientData.Rollback };

    static readonly HashSet<string> MustBeSeen =
    [
        .. Enum.GetNames<RolloutPhase>(),
        RolloutReasons.Promoted, RolloutReasons.RolledBack, RolloutReasons.Superseded, RolloutReasons.SpecRestored, RolloutReasons.Aborted,
        RolloutReasons.ProgressDeadlineExceeded, RolloutReasons.StableStopping, RolloutReasons.CapacityLost, RolloutReasons.StableLost, RolloutReasons.StableBack, RolloutReasons.ProviderUnavailable, RolloutReasons.ProviderBack,
        RolloutReasons.CommandHandled, RolloutReasons.CommandRefused, RolloutReasons.Undone, RolloutReasons.ShadowConcluded, RolloutReasons.TestConcluded, RolloutReasons.ContractPending, RolloutReasons.ContractChanged, RolloutReasons.ContractUnknown, GateTypes.ErrorRate, GateTypes.PredictionDrift, GateTypes.ShadowAgreement, "CrashLoopBackOff",
    ];

    [Fact]
    public void The_invariants_hold_in_every_order_of_events()
    {
        var seen = new HashSet<string>();
        for (var seed = 1; seed <= Seeds; seed++)
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
                Settle(cluster, random, $"seed {seed}, step {step}");
            }

            var (plan, before, facts, world) = (cluster.Plan, cluster.State, default(Observation), cluster.World);
            var by = random.Pick(TimeSpan.Zero, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40), TimeSpan.FromMinutes(4));
            facts = cluster.Observe();
            var decision = cluster.Tick(by);
            try
            {
                Invariants.Check(new Decided(plan, before, facts, decision, cluster.Now, world));
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                throw new InvalidOperationException($"Seed {seed}, step {step}: {before.Phase} to {decision.Next.Phase}, {decision.Next.Reason}. {failure.Message}", failure);
            }

            seen.UnionWith(decision.Transitions.Select(transition => transition.Reason).Append(decision.Next.Phase.ToString()).Append(decision.Next.Reason));
        }
    }

    enum Adversary
    {
        None,
        StableLost,
        Flapping,
    }

    /// <summary>The decision has fallen: a revision that may not serve for good does until somebody can take its traffic.</summary>
    static bool HasNobodyElse(RolloutState state) =>
        state is { Phase: RolloutPhase.RollingBack, Weight: 100, CandidateRevision: { } candidate } && (state.IsRejected(candidate) || state.IsConcluded(candidate));

    /// <summary>From any state, once events cease and the world obeys, the end is reached within the plan's time.</summary>
    static void Settle(SimulatedCluster cluster, SplitMix random, string where)
    {
        cluster.ReadyAtMost.Clear();
        cluster.Failures.Clear();
        cluster.Ending.Clear();
        cluster.ContractDifferences.Clear();
        cluster.TellsContracts = true;
        cluster.RoutersFollow = true;
        cluster.InForce = cluster.World.Split;
        cluster.Command = null;
        cluster.Measurements["errors"] = Plans.Good;
        cluster.Measurements["drift"] = Same;
        cluster.Measurements["agreement"] = Plans.Pairs(1000, 5);
        cluster.Measurements[AbStrategy.TestGate] = Plans.Even;
        if (cluster.Plan.SpecError is not null)
        {
            cluster.Plan = Plans.Canary(Plans.Three, Plans.Errors, Drift);
        }

        cluster.Plan = cluster.Plan with { Paused = false };
        if (cluster.State.PausedByCommand)
        {
            cluster.Command = new RolloutCommand(CommandAction.Resume, cluster.State.CandidateRevision!, where);
        }

        // What never gets better ends, too: stable's pods are gone for good, or the candidate's come and go.
        var adversary = random.Pick(Adversary.None, Adversary.StableLost, Adversary.Flapping);
        where += $" ({adversary})";
        // Three holds of 30 s, a bake of a minute, a rollback before it; a tick is five seconds. The progress deadline of two minutes, once or twice; a loss counts ten seconds at least.
        for (var tick = 0; tick < (adversary == Adversary.None ? 100 : 600); tick++)
        {
            if (adversary == Adversary.StableLost && cluster.State.StableRevision is { } stable && cluster.State.CandidateRevision is not null)
            {
                cluster.ReadyAtMost.Clear();
                cluster.ReadyAtMost[stable] = 0;
            }
            else if (adversary == Adversary.Flapping && cluster.State is { StableRevision: not null, CandidateRevision: { } flapping })
            {
                cluster.ReadyAtMost.Clear();
                if (tick % 4 == 0)
                {
                    cluster.ReadyAtMost[flapping] = 0;
                }
            }

            var state = cluster.Tick().Next;
            if (state.IsTerminal || (adversary == Adversary.StableLost && HasNobodyElse(state)))
            {
                cluster.ReadyAtMost.Clear();
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
        switch (random.Next(45))
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
            case 27 or 33 or 34:
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
            case 39 or 40 or 41:
                cluster.Measurements[AbStrategy.TestGate] = random.Pick<Measurement>(Plans.Won, Plans.Won, Plans.Lost, Plans.Even, Plans.Rates(10, 0, 10, 5), NoData.Instance, new ProviderError("refused"));
                break;
            case 42 or 43:
                cluster.Load = random.Next(25);
                break;
            case 44:
                cluster.Whims[revision] = random.Next(12);
                break;
            case 28:
                cluster.Kept.Clear();
                break;
            case 29:
                cluster.Kept.Clear();
                cluster.Kept.AddRange([Plans.Three, Plans.Two, Plans.One]);
                break;
            case 30:
                cluster.Command = new RolloutCommand(CommandAction.Undo, revision, random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case 31:
                cluster.ContractDifferences[revision] = "input 'x' is gone";
                break;
            case 32:
                cluster.ContractDifferences.Clear();
                break;
            case 35:
                cluster.TellsContracts = false;
                break;
            case 36 or 37:
                cluster.TellsContracts = true;
                break;
            case 38:
                cluster.Plan = cluster.Plan with { ChecksContract = random.Next(2) == 0 };
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
        var plan = random.Next(9) switch
        {
            0 => Plans.BlueGreen(revision, random.Next(2) == 0, Plans.Errors, Drift),
            1 => Plans.Recreate(revision, Plans.Errors, Drift),
            2 => Plans.RollingUpdate(revision, replicas, 1 + random.Next(replicas), random.Next(replicas), Plans.Errors, Drift),
            5 => Plans.Ab(revision, random.Pick(Enum.GetValues<AfterTest>()), Plans.Errors, Drift),
            3 or 4 => Plans.Shadow(revision, random.Pick(Enum.GetValues<AfterShadow>()), Plans.Errors, Drift, Plans.Agreement),
            _ => Plans.Canary(revision, Plans.Errors, Drift),
        };
        var isScaled = random.Next(3) == 0 && plan.Strategy != StrategyNames.RollingUpdate;
        if (!isScaled && random.Next(3) == 0 && replicas % 2 == 0 && plan.Strategy is not (StrategyNames.Shadow or StrategyNames.AB))
        {
            plan = plan.Strategy == StrategyNames.Canary ? Plans.ByPods(plan) : plan with { SplitByPods = true };
        }

        return plan with { Replicas = replicas, Autoscaling = isScaled ? new ReplicaRange(replicas, replicas + random.Next(10)) : null, ChecksContract = random.Next(3) > 0 };
    }
}
