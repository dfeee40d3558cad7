using Canario.Kubernetes;
using Canario.Kubernetes.Events;
using Canario.Operator.Api;
using Canario.Operator.Contracts;
using Canario.Operator.Desired;
using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>One ModelDeployment: read, observe, decide, store, apply, tell.</summary>
sealed class Reconciler(
    KubernetesClient client, ClusterView view, Observer observer, WorldApplier world, ListenerPorts ports, TrafficProviders providers, MeasurementBoard board, ContractReader contracts, Applier applier, Upkeep upkeep,
    EventRecorder events, OperatorMetrics metrics, TimeProvider time)
{
    private readonly StatusOverlay _overlay = new();
    private readonly Obstacles _obstacles = new();
    private readonly PlanCache _plans = new();

    /// <summary>When to come back; null: only an event can change anything.</summary>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (view.ModelDeployments.Get(key) is not { Metadata.DeletionTimestamp: null } cached)
        {
            // Owner references take its objects away; only memory is left.
            Forget(key);
            return null;
        }

        var deployment = _overlay.Newest(cached);
        var plan = _plans.Get(deployment);
        var lost = RolloutMemory.DescribeLoss(deployment);
        var state = RolloutMemory.Read(deployment, view.Deployments, time.GetUtcNow());
        var port = ports.Reserve(key, deployment.Status?.Port);
        var observed = await observer.ObserveAsync(deployment, plan, state, port, cancellationToken);
        var now = time.GetUtcNow();
        var decision = RolloutMachine.Decide(plan, state, observed.Facts, now);
        var upkept = upkeep.Decide(deployment, plan, decision.Next.StableRevision, now);
        // Stored first: a kill after it is made good by the next pass, and a leader of yesterday fails here, on the resource version.
        var stored = await StoreAsync(deployment, StatusBuilder.Build(deployment, plan, decision, observed.Facts, _obstacles.Find(deployment), upkept, port, now), cancellationToken);
        var inForce = decision.World.Split == observed.Facts.TrafficInForce;
        if (lost is not null)
            events.Publish(ModelDeployments.Resource, stored, EventType.Warning, RolloutReasons.StateUnreadable, lost);
        Tell(stored, state, decision, now);
        upkeep.Follow(stored, upkept, deployment.Status?.Retraining, now);
        TimeSpan? leftover = null;
        var asked = observed.State with { Deployment = stored, World = decision.World, State = decision.Next };
        await ApplyAsync(key, async () => leftover = await world.ApplyAsync(asked, observed, cancellationToken));
        if (_obstacles.Overcome(key))
            return TimeSpan.Zero;
        return !inForce && decision.World.Revisions.Count > 0 && observed.Provider.AskAgainIn(key, observed.Traffic) is { } soon
            ? soon
            : Earlier(Earlier(decision.CheckAgainIn, upkept.CheckAgainIn), leftover);
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    private async Task ApplyAsync(ObjectKey key, Func<Task> apply)
    {
        try
        {
            await apply();
        }
        catch (KubernetesException e) when (e.Error is KubernetesError.Invalid or KubernetesError.Forbidden)
        {
            var refused = new ObstacleException(Obstacles.ApplyRefused, e.Message);
            _obstacles.Meet(key, refused);
            throw refused;
        }
        catch (ObstacleException e)
        {
            _obstacles.Meet(key, e);
            throw;
        }
    }

    private async Task<ModelDeployment> StoreAsync(ModelDeployment deployment, ModelDeploymentStatus status, CancellationToken cancellationToken)
    {
        if (StatusBuilder.AreEqual(deployment.Status, status))
            return deployment;
        var stored = await client.ReplaceStatusAsync(ModelDeployments.Resource, deployment with { Status = status }, cancellationToken);
        _overlay.Remember(deployment.Metadata.ResourceVersion!, stored);
        return stored;
    }

    private void Tell(ModelDeployment deployment, RolloutState before, Decision decision, DateTimeOffset now)
    {
        var key = ObjectKey.Of(deployment);
        foreach (var transition in decision.Transitions)
            events.Publish(ModelDeployments.Resource, deployment, transition.Warning ? EventType.Warning : EventType.Normal, transition.Reason, transition.Message);
        if (RolloutHistory.Ended(before, decision, now) is { } ended)
            metrics.Ended(key, ended);
        metrics.Show(key, decision.Next);
    }

    private void Forget(ObjectKey key)
    {
        _overlay.Forget(key);
        _obstacles.Forget(key);
        _plans.Forget(key);
        ports.Release(key);
        providers.Forget(key);
        board.Forget(key);
        contracts.Forget(key);
        upkeep.Forget(key);
        applier.Forget(k => k.Namespace == key.Namespace && (k.Name == key.Name || k.Name.StartsWith(key.Name + "-", StringComparison.Ordinal)));
        metrics.Forget(key);
    }
}
