namespace Canario.Rollouts.Tests;

/// <summary>Stable has no ready pod in the middle of a rollout, for a while or for good.</summary>
public sealed class StableLostTests
{
    [Fact]
    public void The_candidate_has_all_traffic_and_is_asked_for_the_capacity_of_it_and_status_says_what_will_happen()
    {
        var cluster = Lost().For(3);
        Assert.Equal((100, 4, 4), (cluster.State.Weight, cluster.State.CandidateReplicas, cluster.State.StableReplicas));
        Assert.Equal(RolloutReasons.StableLost, cluster.State.Reason);
        Assert.Equal(
            "Step 1 of 2: churn-1 has had no ready pod since 00:00:30 UTC. churn-2 has all traffic, with 4 of 4 replicas ready; if that lasts until 00:02:30 UTC, the bake alone decides about churn-2; promote promotes it now.",
            cluster.State.Message);
    }

    [Fact]
    public void When_stable_is_back_the_step_begins_anew()
    {
        var cluster = Lost().For(10);
        // One pod is not what nine tenths of the traffic need.
        cluster.ReadyAtMost[Plans.One] = 1;
        cluster.For(3);
        Assert.Equal((RolloutReasons.StableLost, 100), (cluster.State.Reason, cluster.State.Weight));

        cluster.ReadyAtMost.Clear();
        cluster.Until(state => state is { StepIndex: 0, StepStartedAt: not null });
        Assert.Equal((10, 1), (cluster.State.Weight, cluster.State.CandidateReplicas));
        var began = cluster.Now;
        cluster.Until(state => state.StepIndex == 1);
        Assert.Equal(cluster.Plan.Steps[0].Hold.Minimum, cluster.Now - began);
        cluster.Until(RolloutPhase.Healthy);
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void Lost_for_good_the_bake_alone_decides_with_the_pods_that_there_are(int ready)
    {
        var cluster = Lost();
        cluster.ReadyAtMost[Plans.Two] = ready;
        cluster.Until(RolloutPhase.Baking, cluster.Plan.ProgressDeadline);
        Assert.Equal(cluster.Plan.ProgressDeadline, cluster.State.PhaseStartedAt - LostAt);
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(2));
        Assert.Equal((Plans.Two, 4), (cluster.State.StableRevision, cluster.State.StableReplicas));
    }

    [Fact]
    public void A_stable_that_comes_and_goes_is_lost_when_its_time_without_pods_adds_up_to_the_deadline()
    {
        var cluster = Lost();
        for (var i = 0; i < 40 && cluster.State.Phase != RolloutPhase.Baking; i++)
        {
            cluster.ReadyAtMost.Clear();
            cluster.For(3);
            cluster.ReadyAtMost[Plans.One] = 0;
            cluster.For(2);
        }

        Assert.Equal(RolloutPhase.Baking, cluster.State.Phase);
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void A_candidate_that_fails_its_gates_is_rejected_and_serves_until_there_is_somebody_else()
    {
        var cluster = Lost();
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RollingBack, TimeSpan.FromMinutes(4));
        Assert.Equal(GateTypes.ErrorRate, Assert.Single(cluster.State.Rejected).Reason);
        cluster.For(500);
        Assert.Equal((RolloutPhase.RollingBack, 100), (cluster.State.Phase, cluster.State.Weight));
        Assert.EndsWith("churn-1 has no ready pod to go back to: churn-2 keeps all traffic until it has one.", cluster.State.Message, StringComparison.Ordinal);

        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.RolledBack, TimeSpan.FromMinutes(1));
        Assert.Equal(Plans.One, cluster.State.StableRevision);
    }

    [Fact]
    public void A_rejected_candidate_that_serves_alone_stands_in_for_stable_when_another_spec_wants_to_start()
    {
        var cluster = Rejected(Plans.Three);
        cluster.Measurements["errors"] = Plans.Good;
        cluster.Tick();
        Assert.Equal((RolloutPhase.Preparing, Plans.Two, Plans.Three), (cluster.State.Phase, cluster.State.StableRevision, cluster.State.CandidateRevision));
        // Nothing is forgotten by it.
        Assert.Equal((Plans.Two, GateTypes.ErrorRate), (Assert.Single(cluster.State.Rejected).Revision, cluster.State.Rejected[0].Reason));
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(5));
        Assert.Equal(Plans.Three, cluster.State.StableRevision);
    }

    [Fact]
    public void The_stand_in_serves_on_when_the_other_spec_fails_too_and_is_not_tried_again_as_a_candidate()
    {
        var cluster = Rejected(Plans.Three);
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RolledBack, TimeSpan.FromMinutes(5));
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
        Assert.Equal([Plans.Two, Plans.Three], cluster.State.Rejected.Select(rejected => rejected.Revision));

        cluster.Plan = cluster.Plan with { Revision = Plans.Two };
        cluster.For(3);
        Assert.Equal((RolloutPhase.Healthy, Plans.Two, (string?)null), (cluster.State.Phase, cluster.State.StableRevision, cluster.State.CandidateRevision));
        cluster.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "1");
        cluster.Tick();
        Assert.Equal((false, "retry: churn-2 serves already."), (cluster.State.LastCommand!.Accepted, cluster.State.LastCommand.Message));
        Assert.Null(cluster.State.CandidateRevision);
    }

    [Fact]
    public void A_retry_of_what_spec_asks_for_starts_it_beside_the_rejected_candidate()
    {
        var cluster = Rejected(Plans.Three);
        cluster.State = cluster.State with { Rejected = [.. cluster.State.Rejected, new RejectedRevision(Plans.Three, GateTypes.Latency, "slow", cluster.Now, 1)] };
        cluster.For(3);
        Assert.Equal(RolloutPhase.RollingBack, cluster.State.Phase);
        cluster.Command = new RolloutCommand(CommandAction.Retry, Plans.Three, "1");
        cluster.Tick();
        Assert.True(cluster.State.LastCommand!.Accepted);
        Assert.Equal((Plans.Two, Plans.Three), (cluster.State.StableRevision, cluster.State.CandidateRevision));
    }

    [Fact]
    public void A_concluded_candidate_stands_in_too_and_its_conclusion_is_told()
    {
        var plan = Plans.Ab(Plans.Two, AfterTest.Keep);
        var cluster = TimelineTests.WithStable(plan);
        cluster.Measurements[AbStrategy.TestGate] = Plans.Rates(10, 0, 10, 0);
        cluster.Until(state => state.StepStartedAt is not null);
        cluster.ReadyAtMost[Plans.One] = 0;
        cluster.Until(RolloutPhase.RollingBack, plan.ProgressDeadline + TimeSpan.FromSeconds(5));
        cluster.For(100);
        cluster.Plan = plan with { Revision = Plans.Three };
        var decision = cluster.Tick();
        Assert.Equal((Plans.Two, Plans.Three), (cluster.State.StableRevision, cluster.State.CandidateRevision));
        Assert.False(cluster.State.IsConcluded(Plans.Two));
        Assert.Contains(decision.Transitions, transition => transition.Reason == RolloutReasons.TestConcluded && transition.From == RolloutPhase.RollingBack);
    }

    [Theory]
    [InlineData(Plans.One)]
    [InlineData(Plans.Two)]
    public void Nobody_stands_in_where_spec_asks_for_nothing_that_could_start(string revision)
    {
        var cluster = Rejected(revision);
        cluster.For(100);
        Assert.Equal((RolloutPhase.RollingBack, Plans.One, Plans.Two), (cluster.State.Phase, cluster.State.StableRevision, cluster.State.CandidateRevision));
    }

    [Fact]
    public void Promote_promotes_at_once()
    {
        var cluster = Lost().For(3);
        cluster.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "1");
        cluster.Tick();
        Assert.Equal((RolloutPhase.Healthy, Plans.Two), (cluster.State.Phase, cluster.State.StableRevision));
    }

    [Fact]
    public void A_promote_of_one_step_from_before_is_none_of_a_candidate_without_stable()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { StepIndex: 0, StepStartedAt: null, Weight: 10 });
        cluster.RoutersFollow = false;
        cluster.InForce = null;
        cluster.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "1");
        cluster.Tick();
        Assert.True(cluster.State.HoldSkipped);
        cluster.ReadyAtMost[Plans.One] = 0;
        cluster.RoutersFollow = true;
        cluster.For(3);
        Assert.Equal((RolloutPhase.Progressing, RolloutReasons.StableLost), (cluster.State.Phase, cluster.State.Reason));
    }

    [Fact]
    public void Abort_says_that_going_back_waits_for_a_pod_of_stable()
    {
        var cluster = Lost().For(3);
        cluster.Command = new RolloutCommand(CommandAction.Abort, Plans.Two, "1");
        cluster.For(500);
        Assert.Equal("Abort of churn-2 (1). churn-1 has no ready pod to go back to: churn-2 keeps all traffic until it has one.", cluster.State.LastCommand!.Message);
        Assert.Equal((RolloutPhase.RollingBack, 100, RolloutReasons.Aborted), (cluster.State.Phase, cluster.State.Weight, cluster.State.Reason));

        cluster.ReadyAtMost[Plans.One] = 2;
        cluster.Tick();
        Assert.InRange(cluster.State.Weight, 0, 50);
        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.RolledBack, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(Plans.Three)]
    [InlineData(Plans.One)]
    public void Another_spec_starts_beside_the_candidate_when_that_has_taken_the_place_of_a_stable_lost_for_good(string revision)
    {
        var cluster = Lost().For(3);
        cluster.Plan = cluster.Plan with { Revision = revision };
        cluster.Until(RolloutPhase.Preparing, cluster.Plan.ProgressDeadline);
        Assert.Equal((Plans.Two, revision), (cluster.State.StableRevision, cluster.State.CandidateRevision));
        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(5));
        Assert.Equal(revision, cluster.State.StableRevision);
    }

    [Fact]
    public void Another_spec_goes_back_to_stable_first_when_that_is_there_again_in_time()
    {
        var cluster = Lost().For(3);
        cluster.Plan = cluster.Plan with { Revision = Plans.Three };
        cluster.For(3);
        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.Preparing, TimeSpan.FromMinutes(1));
        Assert.Equal((Plans.One, Plans.Three), (cluster.State.StableRevision, cluster.State.CandidateRevision));
    }

    [Fact]
    public void A_pause_by_hand_keeps_it_as_it_is()
    {
        var cluster = Lost();
        cluster.Command = new RolloutCommand(CommandAction.Pause, Plans.Two, "1");
        cluster.For(500);
        Assert.Equal((RolloutReasons.StableLost, 0, 100), (cluster.State.Reason, cluster.State.StepIndex, cluster.State.Weight));
        Assert.EndsWith("the rollout is paused, so nothing ends that by itself.", cluster.State.Message, StringComparison.Ordinal);
        cluster.Command = new RolloutCommand(CommandAction.Resume, Plans.Two, "2");
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(2));
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Fact]
    public void A_test_that_is_to_keep_stable_ends_without_an_answer_and_its_candidate_serves_on()
    {
        var plan = Plans.Ab(Plans.Two, AfterTest.Keep);
        var cluster = TimelineTests.WithStable(plan);
        cluster.Measurements[AbStrategy.TestGate] = Plans.Rates(10, 0, 10, 0);
        cluster.Until(state => state.StepStartedAt is not null);
        cluster.ReadyAtMost[Plans.One] = 0;
        cluster.Until(RolloutPhase.RollingBack, plan.ProgressDeadline + TimeSpan.FromSeconds(5));
        cluster.For(200);
        Assert.Equal((100, RolloutReasons.TestConcluded), (cluster.State.Weight, cluster.State.Reason));
        cluster.ReadyAtMost.Clear();
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(1));
        Assert.Equal(Plans.One, cluster.State.StableRevision);
    }

    [Fact]
    public void A_model_that_was_scaled_to_zero_is_rolled_out_too()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two) with { Replicas = 0 });
        cluster.Until(RolloutPhase.Healthy, TimeSpan.FromMinutes(5));
        Assert.Equal(Plans.Two, cluster.State.StableRevision);
    }

    [Fact]
    public void Its_timeline() => TimelineTests.Check("stable-lost", Lost().Until(RolloutPhase.Healthy));

    /// <summary>The candidate failed its gate while stable was gone for good, the deadline is over, and spec asks for this revision by now.</summary>
    static SimulatedCluster Rejected(string next)
    {
        var cluster = Lost();
        cluster.Measurements["errors"] = Plans.Bad;
        cluster.Until(RolloutPhase.RollingBack, TimeSpan.FromMinutes(4));
        cluster.For(500);
        Assert.Equal(100, cluster.State.Weight);
        cluster.Plan = cluster.Plan with { Revision = next };
        return cluster;
    }

    static readonly DateTimeOffset LostAt = new(2026, 1, 1, 0, 0, 30, TimeSpan.Zero);

    static SimulatedCluster Lost()
    {
        var cluster = TimelineTests.WithStable(Plans.Canary(Plans.Two, Plans.Errors)).Until(state => state is { StepIndex: 0, StepStartedAt: not null });
        cluster.Do("stable's pods are gone for good", world => world.ReadyAtMost[Plans.One] = 0).Tick();
        Assert.Equal(LostAt, cluster.Now);
        return cluster;
    }
}

static class Within
{
    /// <summary>A tick is five seconds.</summary>
    public static void Until(this SimulatedCluster cluster, RolloutPhase phase, TimeSpan time) => cluster.Until(state => state.Phase == phase, (int)(time.TotalSeconds / 5));
}
