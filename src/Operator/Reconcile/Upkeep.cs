using Canario.Kubernetes;
using Canario.Kubernetes.Events;
using Canario.Operator.Api;
using Canario.Operator.Retraining;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>What a model needs once it serves: its drift is watched, and it is trained anew.</summary>
sealed class Upkeep(ClusterView view, DriftWatch watch, RetrainingRunner runner, EventRecorder events, OperatorMetrics metrics)
{
    private const int LongestNonce = 128;

    /// <summary>Clocks are set; a schedule a month away is asked about in between.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    /// <param name="stable">Serves, by the decision that is stored with this.</param>
    public Upkept Decide(ModelDeployment deployment, RolloutPlan plan, string? stable, DateTimeOffset now)
    {
        var (drift, look, notices) = FollowDrift(deployment, stable, now);
        var before = deployment.Status?.Retraining;
        // An invalid spec says nothing about what may begin or must end.
        if (plan.SpecError is not null || RetrainingMachine.Decide(RetrainingPolicies.Build(deployment.Spec.Retraining), before, Observe(deployment, plan, stable, drift, before), now) is not { } decision)
            return new Upkept(drift, look, before, notices, null);
        var wait = decision.CheckAgainIn is { } time && time > s_longestWait ? s_longestWait : decision.CheckAgainIn;
        return new Upkept(drift, look, decision.Next, [.. notices, .. decision.Notices], wait);
    }

    /// <param name="stored">With the status that says so.</param>
    public void Follow(ModelDeployment stored, Upkept upkept, RetrainingState? before, DateTimeOffset now)
    {
        var key = ObjectKey.Of(stored);
        if (upkept.Look is { } look)
            watch.Done(key, look);
        foreach (var notice in upkept.Notices)
            events.Publish(ModelDeployments.Resource, stored, notice.Warning ? EventType.Warning : EventType.Normal, notice.Reason, notice.Message);
        metrics.Drift.Show(key, upkept.Drift);
        if (upkept.Retraining is not { } retraining)
            return;
        if (before?.Current is { } ended && retraining.Current?.Id != ended.Id && retraining.History is [var last, ..])
            metrics.Retrained(key, last.Outcome);
        if (RetrainingMachine.IsDue(retraining, now) && retraining.Current is { } run)
            runner.Begin(stored, run);
    }

    public void Forget(ObjectKey key)
    {
        watch.Forget(key);
        runner.Forget(key);
    }

    private (DriftState? Drift, DriftLook? Look, IReadOnlyList<Notice> Notices) FollowDrift(ModelDeployment deployment, string? stable, DateTimeOffset now)
    {
        var before = deployment.Status?.Drift;
        if (!deployment.Spec.Drift.Enabled || stable is null)
            return (null, null, []);
        if (watch.Find(ObjectKey.Of(deployment), stable) is { } look && DriftSchedule.Build(deployment.Spec.Drift) is { } schedule)
        {
            var decision = DriftMachine.Decide(schedule.Policy, before, look, now);
            return (decision.Next, look, decision.Notices);
        }

        // Another model serves from now on: what was said of the last one is over.
        return before is not null && before.Revision != stable ? (null, null, DriftMachine.Leave(before, stable)) : (before, null, []);
    }

    private RetrainingFacts Observe(ModelDeployment deployment, RolloutPlan plan, string? stable, DriftState? drift, RetrainingState? before)
    {
        var key = ObjectKey.Of(deployment);
        return new RetrainingFacts
        {
            Uid = deployment.Metadata.Uid ?? "",
            Stable = stable,
            Asked = plan.Revision,
            Answers = Annotation(deployment, Annotations.RetrainingId),
            Command = Annotation(deployment, Annotations.Retrain),
            Drift = drift,
            Job = before?.Current is { } run ? RetrainingJobs.Observe(deployment, run, view.Jobs.Get(key.Namespace, RetrainingJobs.BuildName(key.Name, run.Id))) : null,
            Attempt = before?.Current is { } pending ? runner.Find(key, pending) : null,
        };
    }

    private static string? Annotation(ModelDeployment deployment, string name) =>
        deployment.Metadata.Annotations?.GetValueOrDefault(name) is { Length: > 0 and <= LongestNonce } text ? text : null;
}
