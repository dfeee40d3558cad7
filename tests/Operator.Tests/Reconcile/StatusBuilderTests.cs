using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Operator.Tests.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>What status says of the machine's decisions.</summary>
public sealed class StatusBuilderTests
{
    private const string One = "iris-1";
    private const string Two = "iris-2";
    private static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Upkept s_nothing = new(null, null, null, [], null);

    private static readonly RolloutPlan s_plan = new()
    {
        Revision = Two,
        Replicas = 2,
        Steps = [new RolloutStep { Weight = 50, CandidateCapacityPercent = 100, Gates = ["errors"], Hold = new StepHold { Minimum = TimeSpan.FromMinutes(1) } }],
        Gates = [new GateSpec { Name = "errors", Type = GateTypes.ErrorRate, MaxShare = 0.02 }],
        Bake = TimeSpan.FromMinutes(1),
    };

    private ModelDeployment _deployment = Example.Minimal() with { Metadata = Example.Minimal().Metadata with { Generation = 2 } };
    private RolloutState _state = new() { Phase = RolloutPhase.Healthy, StableRevision = One, Served = [One], StableReplicas = 2, Replicas = 2 };
    private DateTimeOffset _now = s_start;

    [Fact]
    public void A_model_that_loses_a_pod_is_not_Ready_until_that_is_back()
    {
        var plan = s_plan with { Revision = One };

        Assert.Equal("True", Is(Look(plan, 2), ConditionTypes.Ready).Status);
        var lost = Look(plan, 1);
        Assert.Equal(("1/2", "False", RolloutReasons.CapacityPending), (lost.Ready, Is(lost, ConditionTypes.Ready).Status, Is(lost, ConditionTypes.Ready).Reason));
        Assert.Equal("True", Is(lost, ConditionTypes.Reconciling).Status);
        Assert.Equal("True", Is(Look(plan, 2), ConditionTypes.Ready).Status);
    }

    [Fact]
    public void A_message_that_changes_alone_is_told_and_moves_no_time_of_transition()
    {
        var none = Is(Look(s_plan, 2), ConditionTypes.Reconciling);
        var one = Is(Look(s_plan, 2, 1), ConditionTypes.Reconciling);

        Assert.Equal((none.Status, none.Reason, none.LastTransitionTime), (one.Status, one.Reason, one.LastTransitionTime));
        Assert.Equal(("iris-2 has 0 of 2 replicas ready.", "iris-2 has 1 of 2 replicas ready."), (none.Message, one.Message));
    }

    [Fact]
    public void RollbackReady_is_True_only_while_stable_has_all_its_pods_beside_a_candidate()
    {
        Assert.Equal(("False", "NoRollout"), Rollback(Look(s_plan with { Revision = One }, 2)));
        Assert.Equal(("True", "StableWarm"), Rollback(Look(s_plan, 2)));
        Assert.Equal(("False", RolloutReasons.CapacityPending), Rollback(Look(s_plan, 1)));
        // In force, held, and baked: all of it stays as long as the way back may be needed.
        Look(s_plan, 2, 2);
        for (var look = 0; _state.CandidateRevision is not null; look++)
        {
            Assert.True(look < 100, _state.Message);
            var status = Look(s_plan, 2, 2, new RateMeasurement(new RateCounts(1000, 5), new RateCounts(1000, 5)));
            if (_state.CandidateRevision is not null)
                Assert.Equal(("True", "StableWarm"), Rollback(status));
        }

        Assert.Equal(Two, _state.StableRevision);
    }

    [Fact]
    public void Why_a_candidate_was_taken_back_stands_in_status_with_value_bound_and_samples()
    {
        Look(s_plan, 2);
        Look(s_plan, 2, 2);
        var taken = new RateMeasurement(new RateCounts(1000, 120), new RateCounts(1000, 5));
        ModelDeploymentStatus status;
        do
            status = Look(s_plan, 2, 2, taken);
        while (_state.Phase != RolloutPhase.RolledBack && _now < s_start.AddMinutes(10));

        const string why = "candidate 12 % failed (120 of 1000), above the bound of 2 %; stable 0.5 % failed (5 of 1000).";
        Assert.Equal((nameof(RolloutPhase.RolledBack), GateTypes.ErrorRate, $"{why} {One} serves."), (status.Phase, status.Reason, status.Message));
        Assert.Equal((Two, GateTypes.ErrorRate, why), (status.Rejected![0].Revision, status.Rejected[0].Reason, status.Rejected[0].Message));
        Assert.Equal((Two, RolloutOutcomes.RolledBack, GateTypes.ErrorRate, why), (status.History![0].Revision, status.History[0].Outcome, status.History[0].Reason, status.History[0].Evidence));
        Assert.Equal((nameof(Verdict.Fail), 0.12, 0.02, 1000), (status.Gates![0].Verdict, status.Gates[0].Value, status.Gates[0].Threshold, status.Gates[0].Samples));
        var stalled = Is(status, ConditionTypes.Stalled);
        Assert.Equal(("True", GateTypes.ErrorRate, $"{why} {One} serves."), (stalled.Status, stalled.Reason, stalled.Message));
        Assert.Equal(("False", GateTypes.ErrorRate), (Is(status, ConditionTypes.Ready).Status, Is(status, ConditionTypes.Ready).Reason));

        // At rest nothing of it fades.
        _now = _now.AddDays(1);
        Assert.Equal((status.Message, status.Gates[0].Value), (Look(s_plan, 2).Message, Look(s_plan, 2).Gates![0].Value));
    }

    [Fact]
    public void A_rollout_that_was_abandoned_is_told_as_that_and_not_as_a_promotion()
    {
        Look(s_plan, 2);
        Look(s_plan, 2, 2);
        var status = Look(s_plan with { Revision = One }, 2, 2);
        while (_state.CandidateRevision is not null && _now < s_start.AddMinutes(10))
            status = Look(s_plan with { Revision = One }, 2, 2);

        Assert.Equal((Two, RolloutOutcomes.Abandoned), (status.History![0].Revision, status.History[0].Outcome));
        Assert.Equal((One, nameof(RolloutPhase.Healthy)), (status.StableRevision, status.Phase));
        Assert.Null(status.Rejected);
    }

    /// <summary>Ten seconds later, with so many pods ready, and the split as asked for.</summary>
    private ModelDeploymentStatus Look(RolloutPlan plan, int stableReady, int candidateReady = 0, Measurement? errors = null)
    {
        _now = _now.AddSeconds(10);
        var facts = new Observation
        {
            Revisions = [new() { Revision = One, Desired = 2, Ready = stableReady, Pods = 2 }, new() { Revision = Two, Desired = 2, Ready = candidateReady, Pods = 2 }],
            TrafficInForce = RolloutMachine.World(plan, _state).Split,
            MeasuredFrom = errors is null ? null : _state.StepStartedAt,
            Measurements = errors is null ? new Dictionary<string, Measurement>() : new Dictionary<string, Measurement> { ["errors"] = errors },
        };
        var decision = RolloutMachine.Decide(plan, _state, facts, _now);
        var status = StatusBuilder.Build(_deployment, plan, decision, facts, null, s_nothing, 20_000, _now);
        (_state, _deployment) = (decision.Next, _deployment with { Status = status });
        return status;
    }

    private static Condition Is(ModelDeploymentStatus status, string type) => status.Conditions!.Single(c => c.Type == type);

    private static (string?, string?) Rollback(ModelDeploymentStatus status) => (Is(status, ConditionTypes.RollbackReady).Status, Is(status, ConditionTypes.RollbackReady).Reason);
}
