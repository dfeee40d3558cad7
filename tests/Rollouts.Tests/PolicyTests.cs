using System.Text.Json;

namespace Canario.Rollouts.Tests;

/// <summary>What a verdict, a command or a time leads to.</summary>
public sealed class PolicyTests
{
    [Theory]
    [InlineData(OnFail.Rollback, false, RolloutPhase.RolledBack)]
    [InlineData(OnFail.Hold, false, RolloutPhase.Paused)]
    [InlineData(OnFail.Alert, false, RolloutPhase.Healthy)]
    [InlineData(OnFail.Rollback, true, RolloutPhase.Healthy)]
    public void A_failure_does_what_its_policy_says(OnFail onFail, bool dryRun, RolloutPhase expected)
    {
        var cluster = InFirstStep(Plans.Errors with { OnFail = onFail, DryRun = dryRun });
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.For(60);
        Assert.Equal(expected, cluster.State.Phase);
        Assert.Equal(Verdict.Fail, Assert.Single(cluster.State.Gates).Verdict);
    }

    /// <summary>A machine that stands still for some seconds; a store that both ask and that stays away; a version that mends a broken one.</summary>
    [Fact]
    public void What_both_sides_break_is_waited_for_two_minutes_and_then_taken_for_the_candidates_doing_unless_it_is_the_better_one()
    {
        var stall = InFirstStep(Plans.Errors);
        stall.Measurements["errors"] = Plans.Rates(1000, 120, 9000, 1000);
        stall.For(20);
        Assert.Equal((RolloutPhase.Progressing, 0), (stall.State.Phase, stall.State.StepIndex));
        stall.Measurements["errors"] = Plans.Good;
        stall.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, stall.State.StableRevision);

        var fault = InFirstStep(Plans.Errors);
        var began = fault.State.StepStartedAt!.Value;
        fault.Measurements["errors"] = Plans.Rates(1000, 120, 9000, 1000);
        fault.Until(RolloutPhase.RollingBack);
        Assert.Equal(TimeSpan.FromMinutes(2), fault.Now - began);
        Assert.Equal("candidate 12 % failed (120 of 1000), stable 11.11 % failed (1000 of 9000): both beyond the bound. It may be the candidate's doing.", Assert.Single(fault.State.Rejected).Message);

        var better = InFirstStep(Plans.Errors);
        better.Measurements["errors"] = Plans.Rates(1000, 120, 9000, 3000);
        better.For(60);
        Assert.Equal((RolloutPhase.Paused, RolloutReasons.Inconclusive, 0), (better.State.Phase, better.State.PauseReason, better.State.Rejected.Count));
    }

    [Theory]
    [InlineData(OnInsufficientData.Wait, RolloutPhase.Paused)]
    [InlineData(OnInsufficientData.Pass, RolloutPhase.Healthy)]
    [InlineData(OnInsufficientData.Rollback, RolloutPhase.RolledBack)]
    public void Lack_of_data_does_what_its_policy_says_at_the_deadline(OnInsufficientData policy, RolloutPhase expected)
    {
        var cluster = InFirstStep(Plans.Errors with { OnInsufficientData = policy });
        cluster.Measurements["errors"] = NoData.Instance;
        cluster.For(4);
        Assert.Equal(RolloutPhase.Progressing, cluster.State.Phase);
        cluster.For(90);
        Assert.Equal(expected, cluster.State.Phase);
    }

    [Theory]
    [InlineData(OnFail.Rollback, false, RolloutPhase.RolledBack)]
    [InlineData(OnFail.Hold, false, RolloutPhase.Paused)]
    [InlineData(OnFail.Alert, false, RolloutPhase.Healthy)]
    [InlineData(OnFail.Rollback, true, RolloutPhase.Healthy)]
    public void A_shadow_that_disagrees_does_what_its_policy_says(OnFail onFail, bool dryRun, RolloutPhase expected)
    {
        var cluster = InShadow(Plans.Agreement with { OnFail = onFail, DryRun = dryRun }, AfterShadow.Promote);
        cluster.Measurements["agreement"] = Plans.Pairs(1000, 60);
        cluster.For(60);
        Assert.Equal((expected, Verdict.Fail), (cluster.State.Phase, Assert.Single(cluster.State.Gates).Verdict));
    }

    [Theory]
    [InlineData(OnInsufficientData.Wait, RolloutPhase.Paused)]
    [InlineData(OnInsufficientData.Pass, RolloutPhase.Healthy)]
    [InlineData(OnInsufficientData.Rollback, RolloutPhase.RolledBack)]
    public void A_shadow_without_pairs_does_what_its_policy_says_at_the_deadline(OnInsufficientData policy, RolloutPhase expected)
    {
        var cluster = InShadow(Plans.Agreement with { OnInsufficientData = policy }, AfterShadow.Drop);
        cluster.Measurements["agreement"] = NoData.Instance;
        cluster.For(4);
        Assert.Equal(RolloutPhase.Progressing, cluster.State.Phase);
        cluster.For(160);
        Assert.Equal(expected, cluster.State.Phase);
    }

    [Theory]
    [InlineData(AfterShadow.Drop, 2)]
    [InlineData(AfterShadow.Promote, 2)]
    [InlineData(AfterShadow.Canary, 3)]
    public void Copies_are_judged_by_the_gates_that_see_them_and_traffic_by_the_others(AfterShadow after, int steps)
    {
        var plan = Plans.Shadow(Plans.Two, after, Plans.Errors, Plans.Agreement);
        Assert.Equal(steps, plan.Steps.Count);
        Assert.All(plan.Steps, step => Assert.Equal(step.Mirror > 0 ? "agreement" : "errors", Assert.Single(step.Gates)));
        Assert.Equal("errors", Assert.Single(plan.BakeGates));
        Assert.Equal([25, 100], plan.Steps.Take(2).Select(step => step.CandidateCapacityPercent));
    }

    [Fact]
    public void Promote_in_the_last_step_of_a_shadow_that_is_dropped_concludes_it()
    {
        var cluster = InShadow(Plans.Agreement, AfterShadow.Drop);
        cluster.Measurements["agreement"] = NoData.Instance;
        cluster.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "1");
        cluster.Until(state => state.StepIndex == 1);
        cluster.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "2");
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal((Plans.One, RolloutReasons.ShadowConcluded), (cluster.State.StableRevision, cluster.State.Reason));
        Assert.Equal(Plans.Two, Assert.Single(cluster.State.Concluded).Revision);
    }

    [Fact]
    public void A_step_is_not_left_on_an_old_result_when_nothing_is_measured_any_more()
    {
        var cluster = InFirstStep(Plans.Errors).For(2);
        cluster.Measurements.Clear();
        cluster.For(200);
        Assert.Equal((RolloutPhase.Progressing, 0), (cluster.State.Phase, cluster.State.StepIndex));
    }

    [Fact]
    public void Measurements_of_another_window_are_ignored()
    {
        var cluster = InFirstStep(Plans.Errors);
        cluster.Measurements["errors"] = Plans.Bad;
        var stale = cluster.Observe() with { MeasuredFrom = cluster.Now - TimeSpan.FromHours(1) };
        Assert.Equal(RolloutPhase.Progressing, RolloutMachine.Decide(cluster.Plan, cluster.State, stale, cluster.Now).Next.Phase);
    }

    [Fact]
    public void A_recreated_candidate_is_compared_with_what_stable_did_before_the_gap()
    {
        var cluster = TimelineTests.WithStable(Plans.Recreate(Plans.Two, Plans.Errors));
        cluster.Ending[Plans.One] = 1;
        cluster.For(10).Ending.Clear();
        cluster.Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null });
        var request = Assert.Single(RolloutMachine.Measures(cluster.Plan, cluster.State));
        Assert.Equal(cluster.State.RolloutStartedAt, request.StableUntil);
        Assert.True(request.CandidateFrom - request.StableUntil > TimeSpan.FromSeconds(50));
    }

    [Fact]
    public void A_weight_is_believed_only_when_it_is_acknowledged()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.RoutersFollow = false;
        cluster.For(100);
        Assert.Equal((RolloutReasons.TrafficPending, 10), (cluster.State.Reason, cluster.State.Weight));
        Assert.Null(cluster.State.StepStartedAt);
    }

    [Fact]
    public void A_paused_rollout_stays_where_it_is_but_still_rolls_back()
    {
        var cluster = InFirstStep(Plans.Errors);
        cluster.Command = new RolloutCommand(CommandAction.Pause, Plans.Two, "p");
        cluster.For(100);
        Assert.Equal((RolloutPhase.Paused, RolloutReasons.PausedByCommand, 10), (cluster.State.Phase, cluster.State.PauseReason, cluster.State.Weight));
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RolledBack);
    }

    [Fact]
    public void A_command_is_handled_once_and_one_for_another_revision_is_refused()
    {
        var cluster = InFirstStep(Plans.Errors);
        cluster.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "x");
        cluster.Until(state => state is { StepIndex: 1, StepStartedAt: not null });
        cluster.Tick();
        Assert.Equal(1, cluster.State.StepIndex);
        cluster.Command = new RolloutCommand(CommandAction.Abort, Plans.Three, "y");
        cluster.Tick();
        Assert.Equal((false, "abort: churn-3 is not being rolled out."), (cluster.State.LastCommand!.Accepted, cluster.State.LastCommand.Message));
        Assert.Equal(RolloutPhase.Progressing, cluster.State.Phase);
    }

    [Fact]
    public void The_first_revision_that_crashes_is_stalled_and_serves_when_it_recovers()
    {
        var cluster = new SimulatedCluster(Plans.Canary(Plans.One));
        cluster.Failures[Plans.One] = new PodFailure("ImagePullBackOff", "no such image");
        cluster.For(100);
        Assert.Equal((RolloutPhase.Stalled, "ImagePullBackOff"), (cluster.State.Phase, cluster.State.Reason));
        cluster.Failures.Clear();
        cluster.Until(RolloutPhase.Healthy);
    }

    [Fact]
    public void A_candidate_that_crashes_in_the_bake_gives_the_traffic_back_at_once()
    {
        var cluster = InFirstStep(Plans.Errors).Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null });
        cluster.Failures[Plans.Two] = new PodFailure("OOMKilled", "limit 1Gi");
        cluster.Tick();
        Assert.Equal((RolloutPhase.RollingBack, 0, "OOMKilled"), (cluster.State.Phase, cluster.State.Weight, cluster.State.Reason));
        Assert.Equal(Verdict.PodFailure, Assert.Single(cluster.State.Gates).Verdict);
    }

    [Fact]
    public void Stables_capacity_comes_before_the_traffic_in_a_rollback()
    {
        var plan = Plans.Canary(Plans.Two, Plans.Errors);
        plan = plan with { Steps = [plan.Steps[1] with { StableCapacityPercent = 50 }] };
        var cluster = TimelineTests.WithStable(plan).Until(state => state is { Weight: 50, StepStartedAt: not null }).For(2);
        Assert.Equal(2, cluster.State.StableReplicas);
        cluster.ReadyAtMost[Plans.One] = 2;
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.For(3);
        Assert.Equal((RolloutPhase.RollingBack, 4, 50), (cluster.State.Phase, cluster.State.StableReplicas, cluster.State.Weight));
        cluster.ReadyAtMost[Plans.One] = 3;
        cluster.Tick();
        Assert.Equal(25, cluster.State.Weight);
        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.RolledBack);
    }

    [Fact]
    public void An_invalid_spec_from_the_start_asks_for_nothing()
    {
        var decision = RolloutMachine.Decide(RolloutPlan.Invalid("no"), RolloutState.Initial, new Observation(), DateTimeOffset.UnixEpoch);
        Assert.Equal((RolloutPhase.Stalled, RolloutReasons.InvalidSpec, "no"), (decision.Next.Phase, decision.Next.Reason, decision.Next.Message));
        Assert.Equal(World.Nothing, decision.World);
        Assert.Null(decision.CheckAgainIn);
    }

    [Fact]
    public void A_state_is_equal_to_itself_after_it_was_stored()
    {
        var cluster = InFirstStep(Plans.Errors).For(2);
        cluster.Command = new RolloutCommand(CommandAction.Abort, Plans.Two, "a");
        cluster.Until(RolloutPhase.RolledBack);
        var stored = JsonSerializer.Deserialize<RolloutState>(JsonSerializer.Serialize(cluster.State))!;
        Assert.Equal(cluster.State, stored);
        Assert.Equal(cluster.State.GetHashCode(), stored.GetHashCode());
        Assert.NotEqual(stored, stored with { Rejected = [] });
    }

    [Fact]
    public void Two_plug_ins_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => ByUnique.Name<string>(["a", "b", "a"], name => name));

    static SimulatedCluster InShadow(GateSpec gate, AfterShadow after) =>
        TimelineTests.WithStable(Plans.Shadow(Plans.Two, after, gate)).Until(state => state is { StepIndex: 0, StepStartedAt: not null });

    static SimulatedCluster InFirstStep(GateSpec gate) =>
        TimelineTests.WithStable(Plans.Canary(Plans.Two, gate)).Until(state => state is { StepIndex: 0, StepStartedAt: not null });
}
