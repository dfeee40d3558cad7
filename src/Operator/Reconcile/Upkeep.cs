using Canario.Kubernetes;
using Canario.Kubernetes.Events;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>What a model needs once it serves: its drift is watched.</summary>
sealed class Upkeep(DriftWatch watch, EventRecorder events, DriftMetrics metrics)
{
    /// <param name="stable">Serves, by the decision that is stored with this.</param>
    public Upkept Decide(ModelDeployment deployment, string? stable, DateTimeOffset now)
    {
        var before = deployment.Status?.Drift;
        if (!deployment.Spec.Drift.Enabled || stable is null)
            return new Upkept(null, null, []);
        if (watch.Find(ObjectKey.Of(deployment), stable) is { } look && DriftSchedule.Build(deployment.Spec.Drift) is { } schedule)
        {
            var decision = DriftMachine.Decide(schedule.Policy, before, look, now);
            return new Upkept(decision.Next, look, decision.Notices);
        }

        // Another model serves from now on: what was said of the last one is over.
        return before is not null && before.Revision != stable ? new Upkept(null, null, DriftMachine.Leave(before, stable)) : new Upkept(before, null, []);
    }

    /// <param name="stored">With the status that says so.</param>
    public void Follow(ModelDeployment stored, Upkept upkept)
    {
        var key = ObjectKey.Of(stored);
        if (upkept.Look is { } look)
            watch.Done(key, look);
        foreach (var notice in upkept.Notices)
            events.Publish(ModelDeployments.Resource, stored, notice.Warning ? EventType.Warning : EventType.Normal, notice.Reason, notice.Message);
        metrics.Show(key, upkept.Drift);
    }

    public void Forget(ObjectKey key) => watch.Forget(key);
}
