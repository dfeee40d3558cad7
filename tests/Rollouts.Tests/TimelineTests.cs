using System.Runtime.CompilerServices;

namespace Canario.Rollouts.Tests;

/// <summary>Whole rollouts, printed and compared with Timelines/*.txt. With CANARIO_ACCEPT=1 the files are written instead; read their difference before committing.</summary>
public sealed class TimelineTests
{
    [Fact]
    public void A_good_canary_is_promoted() => Check("good-canary", WithStable(Plans.Canary(Plans.Two, Plans.Errors)).Until(RolloutPhase.Healthy));

    [Fact]
    public void A_failing_canary_is_rolled_back_and_stays_rejected_until_retried()
    {
        var cluster = WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("12 % of the candidate's requests fail", world => world.Measurements["errors"] = Plans.Bad)
            .Until(RolloutPhase.RolledBack)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("retry, and the errors are gone", world =>
            {
                world.Measurements["errors"] = Plans.Good;
                world.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "n1");
            })
            .Until(RolloutPhase.Healthy);
        Check("failing-canary", cluster);
    }

    [Fact]
    public void A_crash_looping_candidate_never_gets_traffic()
    {
        var cluster = WithStable(Plans.Canary(Plans.Two, Plans.Errors));
        cluster.Failures[Plans.Two] = new PodFailure("CrashLoopBackOff", "churn-2-x: container server exited with 12 (ModelLoadFailed), 3 restarts.");
        cluster.Until(RolloutPhase.RolledBack)
            .Do("spec asks for another revision", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(RolloutPhase.Healthy);
        Assert.DoesNotContain("churn-2×1=1", cluster.Timeline, StringComparison.Ordinal);
        Check("crash-loop", cluster);
    }

    [Fact]
    public void A_candidate_that_callers_would_have_to_change_for_gets_no_traffic_until_that_is_meant()
    {
        var cluster = WithStable(Plans.Canary(Plans.Two, Plans.Errors) with { ChecksContract = true });
        cluster.ContractDifferences[Plans.Two] = "feature 'age' is new and required";
        cluster.TellsContracts = false;
        cluster.For(6)
            .Do("the pods tell what their models take and answer", world => world.TellsContracts = true)
            .Until(RolloutPhase.RolledBack);
        Assert.DoesNotContain("churn-2×1=1", cluster.Timeline, StringComparison.Ordinal);
        cluster.Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("spec says that it is meant", world => world.Plan = world.Plan with { ChecksContract = false })
            .Until(RolloutPhase.Healthy);
        Check("contract", cluster);
    }

    [Fact]
    public void A_provider_outage_holds_and_nothing_else() => Check(
        "provider-outage",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 0, StepStartedAt: not null })
            .Do("Prometheus is gone for an hour, the step's deadline is five minutes", world => world.Measurements["errors"] = new ProviderError("Connection refused."))
            .For(720)
            .Do("Prometheus is back", world => world.Measurements["errors"] = Plans.Good)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void No_traffic_never_promotes() => Check(
        "no-traffic",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Do("nobody calls the model", world => world.Measurements["errors"] = Plans.Rates(0, 0, 0, 0))
            .For(200)
            .Do("people come", world => world.Measurements["errors"] = Plans.Good)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void Blue_green_is_switched_by_hand_and_switched_back_in_the_bake() => Check(
        "blue-green",
        WithStable(Plans.BlueGreen(Plans.Two, autoPromote: false, Plans.Errors))
            .Until(RolloutPhase.Paused)
            .Do("promote", world => world.Command = new RolloutCommand(CommandAction.Promote, Plans.Two, "n1"))
            .Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null })
            .Do("abort", world => world.Command = new RolloutCommand(CommandAction.Abort, Plans.Two, "n2"))
            .Until(RolloutPhase.RolledBack)
            .Do("spec goes back to the first revision", world => world.Plan = Plans.BlueGreen(Plans.One, autoPromote: false))
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void Recreate_stops_the_old_pods_before_it_starts_the_new_ones_and_so_does_its_rollback() => Check(
        "recreate",
        WithStable(Plans.Recreate(Plans.Two, Plans.Errors))
            .Do("stable's pods take their time to end", world => world.Ending[Plans.One] = 2)
            .For(3)
            .Do("they are gone", world => world.Ending.Clear())
            .Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null })
            .Do("12 % of the candidate's requests fail", world => world.Measurements["errors"] = Plans.Bad)
            .Until(RolloutPhase.RollingBack)
            .Do("the candidate's pods take their time to end", world => world.Ending[Plans.Two] = 1)
            .For(3)
            .Do("they are gone", world => world.Ending.Clear())
            .Until(RolloutPhase.RolledBack)
            .Do("spec asks for churn-3, which is good", world =>
            {
                world.Measurements["errors"] = Plans.Good;
                world.Plan = Plans.Recreate(Plans.Three, Plans.Errors);
            })
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_rolling_update_replaces_pods_step_by_step() => Check(
        "rolling-update",
        WithStable(Plans.RollingUpdate(Plans.Two, replicas: 4, maxSurge: 1, maxUnavailable: 1, Plans.Errors)).Until(RolloutPhase.Healthy));

    [Fact]
    public void A_rolling_update_that_fails_is_rolled_back_capacity_first() => Check(
        "rolling-update-back",
        WithStable(Plans.RollingUpdate(Plans.Two, replicas: 4, maxSurge: 1, maxUnavailable: 0, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("12 % of the candidate's requests fail, and stable's pods start slowly", world =>
            {
                world.ReadyAtMost[Plans.One] = 2;
                world.Measurements["errors"] = Plans.Bad;
            })
            .For(3)
            .Do("one more of stable's pods is ready", world => world.ReadyAtMost[Plans.One] = 3)
            .For(2)
            .Do("all are", world => world.ReadyAtMost.Clear())
            .Until(RolloutPhase.RolledBack));

    [Fact]
    public void A_shadow_that_agrees_goes_on_as_a_canary() => Check(
        "shadow-canary",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Canary, Plans.Agreement, Plans.Errors)).Until(RolloutPhase.Healthy));

    [Fact]
    public void A_shadow_that_disagrees_is_rejected_without_a_user_having_seen_it() => Check(
        "shadow-disagrees",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Promote, Plans.Agreement, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("6 % of its answers differ", world => world.Measurements["agreement"] = Plans.Pairs(1000, 60))
            .Until(RolloutPhase.RolledBack));

    [Fact]
    public void A_shadow_that_is_to_be_dropped_tells_what_was_learnt_and_does_not_start_again() => Check(
        "shadow-dropped",
        WithStable(Plans.Shadow(Plans.Two, AfterShadow.Drop, Plans.Agreement, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("its pods are gone", world => world.ReadyAtMost[Plans.Two] = 0)
            .For(2)
            .Do("they are back", world => world.ReadyAtMost.Clear())
            .Until(RolloutPhase.Healthy)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("retry", world => world.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "n1"))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for a canary of the same revision", world => world.Plan = Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_canary_that_is_to_be_only_a_shadow_gives_its_traffic_back_first() => Check(
        "canary-to-shadow",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("the strategy is Shadow now, with drop", world =>
            {
                world.Plan = Plans.Shadow(Plans.Two, AfterShadow.Drop, Plans.Agreement);
                world.Measurements["agreement"] = Plans.Pairs(1000, 5);
            })
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_candidate_that_wins_its_test_is_promoted() => Check(
        "ab-won",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("as many fail on either side", world => world.Measurements[AbStrategy.TestGate] = Plans.Even)
            .Until(state => state is { StepStartedAt: not null })
            .For(8)
            .Do("0.2 % of the candidate's fail, 3 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Won)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_candidate_that_loses_its_test_is_stopped_and_not_tested_again() => Check(
        "ab-lost",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("1.5 % of the candidate's fail, 0.2 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Lost)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("spec asks for a canary of the same revision", world => world.Plan = Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Progressing));

    [Fact]
    public void A_test_without_a_winner_ends_with_its_time_and_stable_goes_on() => Check(
        "ab-even",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Promote, Plans.Errors))
            .Do("as many fail on either side", world => world.Measurements[AbStrategy.TestGate] = Plans.Even)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_test_that_only_asks_promotes_nobody() => Check(
        "ab-keep",
        WithStable(Plans.Ab(Plans.Two, AfterTest.Keep, Plans.Errors))
            .Do("0.2 % of the candidate's fail, 3 % of stable's", world => world.Measurements[AbStrategy.TestGate] = Plans.Won)
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("retry; now 12 % of the candidate's requests fail", world =>
            {
                world.Measurements["errors"] = Plans.Bad;
                world.Command = new RolloutCommand(CommandAction.Retry, Plans.Two, "n1");
            })
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.RolledBack));

    [Fact]
    public void An_undo_brings_an_earlier_revision_back_at_once_and_the_same_spec_changes_nothing() => Check(
        "undo",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for churn-3", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(RolloutPhase.Progressing)
            .Until(RolloutPhase.Healthy)
            .Do("undo to churn-9, which never was", world => world.Command = new RolloutCommand(CommandAction.Undo, "churn-9", "n1"))
            .For(1)
            .Do("undo to churn-1, whose pods start slowly", world =>
            {
                world.ReadyAtMost[Plans.One] = 3;
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n2");
            })
            .For(4)
            .Do("the last one is ready", world => world.ReadyAtMost.Clear())
            .Until(RolloutPhase.RolledBack)
            .Do("the same manifest is applied again, for ten minutes", _ => { })
            .For(120)
            .Do("retry", world => world.Command = new RolloutCommand(CommandAction.Retry, Plans.Three, "n3"))
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void An_undo_in_the_middle_of_a_rollout_takes_the_candidate_back_first() => Check(
        "undo-mid-rollout",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("spec asks for churn-3", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("undo to churn-1, whose pods crash", world =>
            {
                world.Failures[Plans.One] = new PodFailure("CrashLoopBackOff", "exit 12");
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n1");
            })
            .Until(RolloutPhase.RolledBack)
            .Do("undo to churn-1 again", world => world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n2"))
            .For(2));

    [Fact]
    public void Where_nothing_may_run_twice_an_undo_stops_what_serves_first() => Check(
        "undo-recreate",
        WithStable(Plans.Recreate(Plans.Two, Plans.Errors))
            .Until(RolloutPhase.Healthy)
            .Do("undo to churn-1; the pods of churn-2 take their time to end", world =>
            {
                world.Ending[Plans.Two] = 1;
                world.Command = new RolloutCommand(CommandAction.Undo, Plans.One, "n1");
            })
            .For(3)
            .Do("they are gone", world => world.Ending.Clear())
            .Until(RolloutPhase.RolledBack)
            .Do("spec asks for churn-1 itself", world => world.Plan = Plans.Recreate(Plans.One, Plans.Errors))
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void A_changed_spec_starts_anew_from_stable() => Check(
        "changed-spec",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("spec asks for churn-3", world => world.Plan = Plans.Canary(Plans.Three, Plans.Errors))
            .Until(RolloutPhase.Preparing)
            .Until(state => state is { StepIndex: 0, StepStartedAt: not null })
            .Do("spec is invalid", world => world.Plan = RolloutPlan.Invalid("spec.replicas is -1; it must be 0 to 1000."))
            .For(20)
            .Do("spec is churn-1 again", world => world.Plan = Plans.Canary(Plans.One, Plans.Errors))
            .Until(RolloutPhase.Healthy));

    [Fact]
    public void Lost_capacity_takes_the_weight_with_it() => Check(
        "lost-capacity",
        WithStable(Plans.Canary(Plans.Two, Plans.Errors))
            .Until(state => state is { StepIndex: 1, StepStartedAt: not null })
            .Do("a candidate pod of two is gone", world => world.ReadyAtMost[Plans.Two] = 1)
            .For(3)
            .Do("both are gone", world => world.ReadyAtMost[Plans.Two] = 0)
            .For(3)
            .Do("both are back", world => world.ReadyAtMost.Clear())
            .Until(state => state is { Phase: RolloutPhase.Baking, StepStartedAt: not null })
            .Do("candidate pods are gone for good", world => world.ReadyAtMost[Plans.Two] = 0)
            .Until(RolloutPhase.RolledBack));

    /// <summary>A cluster where the first revision serves and the plan has just been applied; measurements are good.</summary>
    internal static SimulatedCluster WithStable(RolloutPlan plan)
    {
        var cluster = new SimulatedCluster(plan with { Revision = Plans.One });
        cluster.Until(RolloutPhase.Healthy);
        cluster.Do($"spec asks for {plan.Revision}", world => world.Plan = plan);
        foreach (var gate in plan.Gates)
        {
            cluster.Measurements[gate.Name] = gate.Type == GateTypes.ShadowAgreement ? Plans.Pairs(1000, 5) : Plans.Good;
        }

        return cluster;
    }

    static void Check(string name, SimulatedCluster cluster, [CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("CANARIO_ACCEPT") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(source)!, "Timelines", name + ".txt"), cluster.Timeline);
            return;
        }

        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Timelines", name + ".txt"));
        Assert.Equal(expected, cluster.Timeline);
    }
}
