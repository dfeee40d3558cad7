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

    internal static void Check(string name, SimulatedCluster cluster, [CallerFilePath] string source = "")
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
