namespace Canario.Rollouts.Tests;

/// <summary>How rollouts end, on what evidence, and what is told of it.</summary>
public sealed class EndingTests
{
    /// <summary>What happens to a candidate, and the reason that it is taken back for.</summary>
    public static TheoryData<string, string> Ways { get; } = new()
    {
        { "a gate fails", GateTypes.ErrorRate },
        { "nobody calls it", RolloutReasons.InsufficientData },
        { "its pods fail", "OOMKilled" },
        { "its pods do not start", RolloutReasons.ProgressDeadlineExceeded },
        { "its pods are gone for good", RolloutReasons.ProgressDeadlineExceeded },
        { "its callers would have to change", RolloutReasons.ContractChanged },
        { "it does not tell its contract", RolloutReasons.ContractUnknown },
        { "somebody aborts it", RolloutReasons.Aborted },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_of_being_taken_back_is_told_once_as_a_warning_with_its_reason(string way, string reason)
    {
        var gate = Plans.Errors with { OnInsufficientData = OnInsufficientData.Rollback };
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, gate) with { ChecksContract = true });
        Happen(cluster, way);

        var told = TellUntil(cluster, state => state.Phase == RolloutPhase.RolledBack);

        var cause = Assert.Single(told, transition => transition.Reason == reason);
        var end = Assert.Single(told, transition => transition.Reason == RolloutReasons.RolledBack);
        Assert.True(cause.Warning && end.Warning);
        Assert.NotEqual("", cause.Message);
        var rejected = Assert.Single(cluster.State.Rejected);
        Assert.Equal((Plans.Two, reason, cause.Message), (rejected.Revision, rejected.Reason, rejected.Message));
        Assert.Equal((reason, $"{cause.Message} {Plans.One} serves."), (cluster.State.Reason, cluster.State.Message));
    }

    [Theory]
    [InlineData("a newer spec")]
    [InlineData("stable's spec again")]
    [InlineData("no steps are left in spec")]
    public void What_ends_before_its_evidence_promotes_nobody(string way)
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.Measurements["errors"] = NoData.Instance;
        cluster.Plan = way switch
        {
            "a newer spec" => cluster.Plan with { Revision = Plans.Three },
            "stable's spec again" => cluster.Plan with { Revision = Plans.One },
            _ => cluster.Plan with { Steps = [] },
        };

        var told = new List<Transition>();
        for (var tick = 0; tick < 2000; tick++)
        {
            told.AddRange(cluster.Tick().Transitions);
        }

        Assert.DoesNotContain(told, transition => transition.Reason == RolloutReasons.Promoted);
        Assert.Equal(Plans.One, cluster.State.StableRevision);
    }

    [Fact]
    public void Promote_leaves_a_step_without_evidence_but_not_against_it()
    {
        var unknown = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        unknown.Measurements["errors"] = NoData.Instance;
        unknown.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "1");
        unknown.Tick();
        Assert.Equal((RolloutPhase.Progressing, 1), (unknown.State.Phase, unknown.State.StepIndex));

        var bad = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        bad.Measurements["errors"] = Plans.Bad;
        bad.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "1");
        bad.Tick();
        Assert.Equal((RolloutPhase.RollingBack, GateTypes.ErrorRate), (bad.State.Phase, bad.State.Reason));
    }

    [Fact]
    public void Nothing_is_judged_before_the_weight_is_in_force()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors with { OnInsufficientData = OnInsufficientData.Rollback }));
        cluster.RoutersFollow = false;
        cluster.Measurements["errors"] = Plans.Bad;
        for (var tick = 0; tick < 500; tick++)
        {
            cluster.Tick();
            Assert.Empty(RolloutMachine.Measures(cluster.Plan, cluster.State));
        }

        Assert.Equal((RolloutPhase.Progressing, RolloutReasons.TrafficPending), (cluster.State.Phase, cluster.State.Reason));
        Assert.Empty(cluster.State.Rejected);
    }

    [Fact]
    public void What_may_be_chance_waits_for_more_and_goes_on_by_itself_when_more_is_known()
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.Measurements["errors"] = Plans.Rates(1000, 24, 9000, 216);
        cluster.Until(RolloutPhase.Paused);
        Assert.Equal((RolloutReasons.Inconclusive, 10), (cluster.State.PauseReason, cluster.State.Weight));
        Assert.Equal(cluster.Plan.Steps[0].Hold.Deadline, cluster.Now - cluster.State.StepStartedAt!.Value);

        cluster.Measurements["errors"] = Plans.Good;
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Fact]
    public void A_step_may_wait_for_days_for_truths_that_come_late()
    {
        var plan = Plans.Canary(Plans.Two, Plans.Errors with { Type = GateTypes.Quality, Name = "quality", MaxRatioToStable = null });
        var cluster = InFirstStep(plan with { Steps = [plan.Steps[0] with { Hold = plan.Steps[0].Hold with { Deadline = TimeSpan.FromDays(5) } }] });
        cluster.Measurements["quality"] = NoData.Instance;
        for (var hour = 0; hour < 100; hour++)
        {
            Assert.Empty(cluster.Tick(TimeSpan.FromHours(1)).Transitions);
            Assert.Equal((RolloutPhase.Progressing, 10), (cluster.State.Phase, cluster.State.Weight));
        }

        cluster.Measurements["quality"] = Plans.Good;
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Fact]
    public void A_gate_that_fails_in_the_bake_takes_all_traffic_back_at_once_to_a_stable_that_was_kept_whole()
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null });
        Assert.Equal((cluster.Plan.Replicas, 100), (cluster.State.StableReplicas, cluster.State.Weight));
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Tick();
        Assert.Equal((RolloutPhase.RollingBack, 0, GateTypes.ErrorRate), (cluster.State.Phase, cluster.State.Weight, cluster.State.Reason));
        cluster.Until(RolloutPhase.RolledBack);
        Assert.Equal(Plans.One, cluster.State.StableRevision);
    }

    [Fact]
    public void A_newer_spec_is_followed_in_the_bake_too()
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null });
        cluster.Plan = cluster.Plan with { Revision = Plans.Three };
        cluster.Tick();
        Assert.Equal((RolloutPhase.RollingBack, RolloutReasons.Superseded), (cluster.State.Phase, cluster.State.Reason));
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Three, cluster.State.StableRevision);
    }

    [Fact]
    public void A_retry_is_judged_by_what_it_does_itself()
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RolledBack);
        Assert.Equal(Verdict.Fail, Assert.Single(cluster.State.Gates).Verdict);

        cluster.Measurements["errors"] = NoData.Instance;
        cluster.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "1");
        cluster.Tick();
        Assert.Equal((RolloutPhase.Preparing, Plans.Two, 2), (cluster.State.Phase, cluster.State.CandidateRevision, cluster.State.Attempt));
        Assert.Empty(cluster.State.Gates);
        Assert.Empty(cluster.State.Rejected);
        // The same command still stands on the object: it is no third attempt.
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RolledBack).For(100);
        Assert.Equal((RolloutPhase.RolledBack, 2), (cluster.State.Phase, Assert.Single(cluster.State.Rejected).Attempt));
    }

    [Fact]
    public void A_candidate_that_serves_takes_what_a_stable_without_a_ready_pod_cannot()
    {
        var cluster = InFirstStep(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.ReadyAtMost[Plans.One] = 0;
        cluster.Tick();
        Assert.Equal((RolloutPhase.Progressing, 100), (cluster.State.Phase, cluster.State.Weight));
        // Neither is compared with the other on such a split.
        Assert.Empty(RolloutMachine.Measures(cluster.Plan, cluster.State));

        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    static void Happen(SimulatedCluster cluster, string way)
    {
        switch (way)
        {
            case "a gate fails":
                cluster.Measurements["errors"] = Plans.Bad;
                break;
            case "nobody calls it":
                cluster.Measurements["errors"] = NoData.Instance;
                break;
            case "its pods fail":
                cluster.Failures[Plans.Two] = new PodFailure("OOMKilled", "Pod churn-2-x, container server exited with code 137.");
                break;
            case "its pods do not start":
                cluster.ReadyAtMost[Plans.Two] = 0;
                break;
            case "its pods are gone for good":
                cluster.Until(state => state is { StepIndex: 1, StepStartedAt: not null });
                cluster.ReadyAtMost[Plans.Two] = 0;
                break;
            case "its callers would have to change":
                cluster.ContractDifferences[Plans.Two] = "input 'x' is gone";
                break;
            case "it does not tell its contract":
                cluster.TellsContracts = false;
                break;
            default:
                cluster.Until(state => state.StepStartedAt is not null);
                cluster.Command = new RolloutCommand(CommandAction.Abort, Plans.Two, "1");
                break;
        }
    }

    static List<Transition> TellUntil(SimulatedCluster cluster, Func<RolloutState, bool> condition)
    {
        var told = new List<Transition>();
        for (var tick = 0; tick < 400 && !condition(cluster.State); tick++)
        {
            told.AddRange(cluster.Tick().Transitions);
        }

        Assert.True(condition(cluster.State), cluster.Timeline);
        return told;
    }

    static SimulatedCluster InFirstStep(RolloutPlan plan) => TimelineTests.WithStable(plan).Until(state => state is { StepIndex: 0, StepStartedAt: not null });

    [Fact]
    public void A_candidate_that_finds_no_node_says_so_while_it_waits_and_when_it_is_rejected()
    {
        const string Full = "0/1 nodes are available: 1 Insufficient cpu.";
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two));
        cluster.ReadyAtMost[Plans.Two] = 0;
        cluster.Unschedulable[Plans.Two] = Full;
        cluster.For(3);
        Assert.Equal((RolloutReasons.CapacityPending, true), (cluster.State.Reason, cluster.State.Message.EndsWith(" A pod finds no node: " + Full, StringComparison.Ordinal)));

        cluster.Until(RolloutPhase.RolledBack);
        var rejected = Assert.Single(cluster.State.Rejected);
        Assert.Equal(RolloutReasons.ProgressDeadlineExceeded, rejected.Reason);
        Assert.EndsWith(" A pod finds no node: " + Full, rejected.Message, StringComparison.Ordinal);
    }
}
