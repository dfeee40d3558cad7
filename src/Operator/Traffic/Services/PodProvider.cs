using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Traffic.Services;

/// <summary>No proxy: the model's Service leads to the pods themselves, and how many of each side are ready is the split.</summary>
sealed class PodProvider(ClusterView view, ModelService service) : ITrafficProvider
{
    public string Name => TrafficProviderNames.Service;

    public Task<TrafficReport> ObserveAsync(TrafficState traffic, CancellationToken cancellationToken)
    {
        var live = service.Find(traffic.Deployment);
        var target = ServiceTarget.ToPods(traffic.Deployment, traffic.World);
        var isMade = live is not null && target.IsOf(live) && PodSplit.IsMade(traffic.World, traffic.Revisions);
        return Task.FromResult(new TrafficReport
        {
            InForce = isMade && !(target.IsShared && HasStrangers(traffic)),
            // Until strangers are gone a Service is not led to all pods; and what keeps them is only that something waits for that.
            OthersIdle = isMade || (live is not null && ServiceTarget.RevisionOf(live) is { } one && traffic.World.Revisions.Any(side => side.Revision == one)),
        });
    }

    public async Task<Obstacle?> ApplyAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        // Before stable lets pods go for it.
        if (service.Find(traffic.Deployment) is not null)
            await ApplyServiceAsync(traffic, report, cancellationToken);
        return null;
    }

    public async Task ApplyServiceAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        if (traffic.World.Revisions.Count > 0)
            await service.ApplyAsync(traffic, FindTarget(traffic), cancellationToken);
    }

    /// <summary>The Service is everybody's.</summary>
    public Task<TimeSpan?> RetireAsync(TrafficState traffic, CancellationToken cancellationToken) => Task.FromResult<TimeSpan?>(null);

    public TimeSpan? AskAgainIn(ObjectKey model, TrafficReport report) => null;

    public void Forget(ObjectKey model)
    {
    }

    /// <summary>The pods of the side that has everything, or of both; while some of a third revision are left, no more than now.</summary>
    public ServiceTarget FindTarget(TrafficState traffic)
    {
        var (deployment, world) = (traffic.Deployment, traffic.World);
        var target = ServiceTarget.ToPods(deployment, world);
        var live = service.Find(deployment);
        if (!target.IsShared || (live is not null && target.IsOf(live)) || !HasStrangers(traffic))
            return target;
        var now = live is null ? null : ServiceTarget.RevisionOf(live);
        return ServiceTarget.ToRevision(deployment, world.Revisions.FirstOrDefault(side => side.Revision == now)?.Revision ?? world.Revisions[0].Revision);
    }

    /// <summary>Pods of revisions that were given up, not yet told to end: all that a Service for all revisions has in common with them would send them users.</summary>
    private bool HasStrangers(TrafficState traffic) => ClusterView.OfModel(view.Pods, ObjectKey.Of(traffic.Deployment)).Any(pod =>
        pod.Metadata is { DeletionTimestamp: null, Labels: { } labels }
        && labels.GetValueOrDefault(Labels.Component) == Labels.ComponentModel
        && PodReadiness.IsThere(pod)
        && traffic.World.Revisions.All(side => side.Revision != labels.GetValueOrDefault(Labels.Revision)));
}
