using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;
using Canario.Operator.Traffic.Services;

namespace Canario.Operator.Traffic.Routers;

/// <summary>The namespace's own routers split, by a configuration for each model; a split is in force when every ready one has acknowledged it.</summary>
/// <param name="pods">Leads the Service until the routers are there, where another provider served before.</param>
/// <param name="retirement">How long routers serve a model on that another provider serves already.</param>
sealed class RouterProvider(
    ClusterView view, Applier applier, RouterAcknowledgements acknowledgements, ModelService service, PodProvider pods, Func<Pod, int, Uri?> addressOf, TimeSpan retirement, TimeProvider time) : ITrafficProvider
{
    /// <summary>Since when another provider's split is in force.</summary>
    private readonly ConcurrentDictionary<ObjectKey, long> _retired = new();

    public string Name => TrafficProviderNames.Router;

    public async Task<TrafficReport> ObserveAsync(TrafficState traffic, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(traffic.Deployment);
        _retired.TryRemove(key, out _);
        var serving = RouterDocuments.Build(view, traffic);
        var routers = FindRouters(key.Namespace);
        var isAcknowledged = serving is not null && await acknowledgements.ServeAsync(key, serving.Version, routers, cancellationToken);
        var inForce = isAcknowledged && LeadsHere(traffic);
        return new RouterReport(serving, isAcknowledged, routers.Count > 0) { InForce = inForce, OthersIdle = inForce };
    }

    public async Task<Obstacle?> ApplyAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        var seen = report as RouterReport;
        // The configuration of an unchanged state is the one that was just asked about.
        if ((seen is null ? RouterDocuments.Build(view, traffic) : seen.Serving) is { } configuration)
            await ApplyConfigMapAsync(traffic.Deployment, configuration, cancellationToken);
        if (!MayLeadHere(traffic, report))
            await pods.ApplyAsync(traffic, null, cancellationToken);
        return null;
    }

    public async Task ApplyServiceAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        if (traffic.Plan.SpecError is null && MayLeadHere(traffic, report))
            await service.ApplyAsync(traffic, ServiceTarget.ToRouters(traffic.Port), cancellationToken);
    }

    public async Task<TimeSpan?> RetireAsync(TrafficState traffic, CancellationToken cancellationToken)
    {
        var deployment = traffic.Deployment;
        if (view.ConfigMaps.Get(deployment.Metadata.Namespace, Names.RouterConfiguration(deployment.Metadata.Name!)) is not { } map || !WorldApplier.IsOwned(deployment, map))
            return null;
        var left = retirement - time.GetElapsedTime(_retired.GetOrAdd(ObjectKey.Of(deployment), _ => time.GetTimestamp()));
        if (left > TimeSpan.Zero)
        {
            // Connections that are open still come this way, until each has had one more answer.
            if (RouterConfigurations.Build(deployment, traffic.World, traffic.State, traffic.Port, isLeaving: true) is { } configuration)
                await ApplyConfigMapAsync(deployment, configuration, cancellationToken);
            return left;
        }

        await applier.DeleteAsync(Resources.ConfigMaps, map, cancellationToken);
        return null;
    }

    public TimeSpan? AskAgainIn(ObjectKey model, TrafficReport report) => report is RouterReport { HasRouters: true } ? acknowledgements.AskAgainIn(model) : null;

    public void Forget(ObjectKey model)
    {
        _retired.TryRemove(model, out _);
        acknowledgements.Forget(model);
    }

    /// <summary>No other provider's Service is in the way.</summary>
    private bool LeadsHere(TrafficState traffic) => service.Find(traffic.Deployment) is not { } live || ServiceTarget.LeadsToRouters(live);

    private bool MayLeadHere(TrafficState traffic, TrafficReport? report) => LeadsHere(traffic) || report is RouterReport { IsAcknowledged: true };

    private Task ApplyConfigMapAsync(ModelDeployment deployment, RouterConfiguration configuration, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(deployment.Metadata.Namespace!, Names.RouterConfiguration(deployment.Metadata.Name!));
        return applier.ApplyAsync(
            Resources.ConfigMaps, key, (deployment.Metadata.Uid, configuration.Version), () => RouterConfigurations.BuildConfigMap(deployment, configuration), view.ConfigMaps.Get(key), cancellationToken);
    }

    private List<RouterEndpoint> FindRouters(string ns)
    {
        var routers = new List<RouterEndpoint>();
        foreach (var pod in view.RouterPods(ns))
        {
            if (PodReadiness.IsReady(pod) && addressOf(pod, Ports.Admin) is { } address)
                routers.Add(new RouterEndpoint(pod.Metadata.Uid ?? "", address));
        }

        return routers;
    }
}
