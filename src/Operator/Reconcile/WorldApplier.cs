using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Retraining;
using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Makes a ModelDeployment's objects what the stored state says. Every step may be the last one before a kill: the next pass does the rest.</summary>
sealed class WorldApplier(KubernetesClient client, ClusterView view, Applier applier, TrafficProviders providers, DesiredOptions options)
{
    private readonly RevisionScaler _scaler = new(client, view, applier);

    /// <param name="traffic">What the state asks for.</param>
    /// <param name="observed">What was seen of the state before it.</param>
    /// <returns>When to come back for what may not go yet; null: nothing is left.</returns>
    public async Task<TimeSpan?> ApplyAsync(TrafficState traffic, Observed observed, CancellationToken cancellationToken)
    {
        var (deployment, plan, world) = (traffic.Deployment, traffic.Plan, traffic.World);
        // Traffic first: a rollback waits for nothing else.
        var report = traffic.State == observed.State.State ? observed.Traffic : null;
        var obstacle = await observed.Provider.ApplyAsync(traffic, report, cancellationToken);
        foreach (var revision in world.Revisions)
            await ApplyRevisionAsync(deployment, plan, revision, cancellationToken);
        await observed.Provider.ApplyServiceAsync(traffic, report, cancellationToken);
        if (plan.SpecError is null)
            await ApplyPreviewAsync(deployment, world, cancellationToken);
        var inForce = world.Split == observed.Facts.TrafficInForce;
        if (inForce || (observed.Traffic.OthersIdle && AreSameSides(world, observed.State.World)))
            await RemoveOthersAsync(deployment, plan, world, historyLimit: plan.SpecError is null ? deployment.Spec.RevisionHistoryLimit : null, cancellationToken);
        if (obstacle is not null)
            throw new ObstacleException(obstacle.Reason, obstacle.Message);
        return inForce && plan.SpecError is null ? await providers.RetireOthersAsync(observed.Provider, traffic, cancellationToken) : null;
    }

    private static bool AreSameSides(World one, World other) => one.Revisions.Select(r => r.Revision).SequenceEqual(other.Revisions.Select(r => r.Revision));

    private async Task ApplyPreviewAsync(ModelDeployment deployment, World world, CancellationToken cancellationToken)
    {
        var previewName = Names.PreviewService(deployment.Metadata.Name!);
        var live = view.Services.Get(deployment.Metadata.Namespace, previewName);
        if (ModelServices.BuildPreview(deployment, world) is { } preview)
            await applier.ApplyAsync(Resources.Services, preview, live, cancellationToken);
        else if (IsOwned(deployment, live))
            await applier.DeleteAsync(Resources.Services, live, cancellationToken);
    }

    private async Task ApplyRevisionAsync(ModelDeployment deployment, RolloutPlan plan, WorldRevision revision, CancellationToken cancellationToken)
    {
        var key = KeyOf(deployment, revision.Revision);
        var uid = deployment.Metadata.Uid;
        var live = view.Deployments.Get(key);
        var isAutoscaled = _scaler.IsAutoscaled(deployment, plan, revision);
        if (isAutoscaled)
            live = await _scaler.ReleaseAsync(IsOwned(deployment, live) ? live : null, revision.Replicas, cancellationToken);
        else
            await _scaler.RemoveAsync(deployment, revision.Revision, cancellationToken);
        // A snapshot is immutable: as long as it is there, only replicas change what is made of it.
        var isKept = IsOwned(deployment, view.ControllerRevisions.Get(key));
        var sources = (uid, isAutoscaled ? null : (int?)revision.Replicas);
        var snapshot = isKept && applier.IsApplied(Resources.Deployments, key, sources, live)
            ? null
            : await EnsureSnapshotAsync(deployment, plan, revision.Revision, live, cancellationToken);
        await applier.ApplyAsync(Resources.Services, key, uid!, () => RevisionObjects.BuildService(deployment, revision.Revision), view.Services.Get(key), cancellationToken);
        if (snapshot is not null)
            await applier.ApplyAsync(Resources.Deployments, key, sources, () => RevisionObjects.BuildDeployment(deployment, revision, snapshot, isAutoscaled), live, cancellationToken);
        if (isAutoscaled)
            await _scaler.ApplyAsync(deployment, plan, revision, cancellationToken);
    }

    private async Task<RevisionSnapshot> EnsureSnapshotAsync(
        ModelDeployment deployment, RolloutPlan plan, string revision, Deployment? live, CancellationToken cancellationToken)
    {
        if (view.ControllerRevisions.Get(deployment.Metadata.Namespace, revision) is { } stored && IsOwned(deployment, stored) && Revisions.ReadSnapshot(stored) is { } known)
            return known;
        // Deleted by somebody: the Deployment still knows. A revision that spec asks for can always be made again.
        var snapshot = live is not null && Revisions.ReadSnapshot(live) is { } annotated ? annotated with { Template = live.Spec?.Template }
            : revision == plan.Revision ? Revisions.BuildSnapshot(deployment, options)
            : throw new ObstacleException(Obstacles.RevisionLost, $"revision {revision} cannot be made again: its ControllerRevision and its Deployment are both gone");
        var number = ClusterView.OfModel(view.ControllerRevisions, ObjectKey.Of(deployment)).Max(r => r.Revision) ?? 0;
        var history = Revisions.BuildControllerRevision(deployment, revision, snapshot, number + 1);
        try
        {
            await client.CreateAsync(Resources.ControllerRevisions, history, cancellationToken);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.AlreadyExists)
        {
            // By an earlier pass that the cache does not show yet. What is stored counts: it is immutable.
            var found = await client.GetAsync(Resources.ControllerRevisions, deployment.Metadata.Namespace, revision, cancellationToken);
            if (!IsOwned(deployment, found))
                throw new ObstacleException(Obstacles.NameTaken, $"ControllerRevision {revision} exists already and does not belong to this ModelDeployment");
            return Revisions.ReadSnapshot(found) ?? snapshot;
        }

        return snapshot;
    }

    /// <param name="historyLimit">Null: an invalid spec says nothing about what may go.</param>
    private async Task RemoveOthersAsync(ModelDeployment deployment, RolloutPlan plan, World world, int? historyLimit, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(deployment);
        var wanted = world.Revisions.Select(r => r.Revision).ToHashSet(StringComparer.Ordinal);
        foreach (var old in ClusterView.OfModel(view.HorizontalPodAutoscalers, key).Where(IsSuperfluous))
            await applier.DeleteAsync(view.Autoscalers, old, cancellationToken);
        foreach (var old in ClusterView.OfModel(view.Deployments, key).Where(IsSuperfluous))
            await applier.DeleteAsync(Resources.Deployments, old, cancellationToken);
        foreach (var old in ClusterView.OfModel(view.Services, key).Where(IsSuperfluous))
            await applier.DeleteAsync(Resources.Services, old, cancellationToken);
        foreach (var old in RetrainingJobs.FindOld(ClusterView.OfModel(view.Jobs, key).Where(job => IsOwned(deployment, job))))
            await applier.DeleteAsync(Resources.Jobs, old, cancellationToken);
        // What spec asks for may be tried again; then those that served, the latest first: an undo leads to them.
        var served = deployment.Status?.Rollout?.Served.ToList() ?? [];
        var history = ClusterView.OfModel(view.ControllerRevisions, key)
            .Where(IsSuperfluous)
            .OrderByDescending(r => r.Metadata.Name == plan.Revision)
            .ThenByDescending(r => served.IndexOf(r.Metadata.Name!))
            .ThenByDescending(r => r.Revision ?? 0);
        foreach (var old in history.Skip(historyLimit ?? int.MaxValue))
            await applier.DeleteAsync(Resources.ControllerRevisions, old, cancellationToken);

        bool IsSuperfluous(IKubernetesObject value) =>
            IsOwned(deployment, value) && value.Metadata.Labels?.GetValueOrDefault(Labels.Revision) is { } revision && !wanted.Contains(revision);
    }

    private static ObjectKey KeyOf(ModelDeployment deployment, string name) => new(deployment.Metadata.Namespace!, name);

    internal static bool IsOwned(ModelDeployment deployment, IKubernetesObject? value) =>
        value?.Metadata.OwnerReferences?.Any(o => o.Uid == deployment.Metadata.Uid) == true;
}
