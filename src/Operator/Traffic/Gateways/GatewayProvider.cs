using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Operator.Traffic.Services;
using Canario.Rollouts;

namespace Canario.Operator.Traffic.Gateways;

/// <summary>A Gateway of the cluster's splits, by an HTTPRoute for each model; a split is in force when the gateway has accepted it.</summary>
/// <param name="pods">Leads the Service where stable alone cannot bear its callers.</param>
sealed class GatewayProvider(KubernetesClient client, ClusterView view, Applier applier, ModelService service, PodProvider pods) : ITrafficProvider
{
    private const string Missing =
        "spec.traffic.provider GatewayApi needs the kind HTTPRoute of gateway.networking.k8s.io/v1, which this cluster does not serve, or does not let the operator list: install the Gateway API's CRDs, v1.0 or later";

    /// <summary>The installed CRD knows a mirror's percent. A newer one may; one that knows it is not replaced by an older one.</summary>
    private volatile bool _keepsPercent;

    public string Name => TrafficProviderNames.GatewayApi;

    /// <summary>Null: there is none, or it is somebody else's.</summary>
    public HttpRoute? Find(ModelDeployment deployment) =>
        view.HttpRoutes.Routes.Get(ObjectKey.Of(deployment)) is { } live && WorldApplier.IsOwned(deployment, live) ? live : null;

    public Task<TrafficReport> ObserveAsync(TrafficState traffic, CancellationToken cancellationToken)
    {
        var problem = FindProblem(traffic);
        var inForce = problem is null && service.Find(traffic.Deployment) is { } live && FindTarget(traffic).IsOf(live);
        return Task.FromResult(new TrafficReport { InForce = inForce, OthersIdle = inForce, Problem = problem is { Length: > 0 } ? problem : null });
    }

    public async Task<Obstacle?> ApplyAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        if (traffic.World.Revisions.Count == 0)
            return null;
        if (!view.HttpRoutes.IsServed)
            return view.HttpRoutes.Known.IsCompleted ? new Obstacle(Obstacles.GatewayApiMissing, Missing) : null;
        if (BuildRoute(traffic) is not { } route)
            return null;
        var isPartial = traffic.World.Revisions.Any(side => side.Mirror is > 0 and < 100);
        if (isPartial && Find(traffic.Deployment) is { } stored && HttpRoutes.CopiesAll(stored))
        {
            // Stored while the kind was being changed, by a server that did not know the field yet: what was found out then is not true any more, and must not be tolerated.
            _keepsPercent = false;
            applier.Forget(key => key == ObjectKey.Of(traffic.Deployment));
        }

        if (isPartial && traffic.World.Revisions.First(side => side.Mirror > 0) is var shadow && !await KeepsPercentAsync(route, cancellationToken))
        {
            return new Obstacle(
                Obstacles.MirrorShareUnknown,
                $"spec.strategy.shadow.steps[{traffic.State.StepIndex}].percent is {shadow.Mirror}, and the HTTPRoute CRD that is installed knows no requestMirror.percent: must be 100, or needs a later version of the Gateway API");
        }

        await applier.ApplyAsync(Resources.HttpRoutes, route, view.HttpRoutes.Routes.Get(ObjectKey.Of(traffic.Deployment)), cancellationToken);
        return null;
    }

    public async Task ApplyServiceAsync(TrafficState traffic, TrafficReport? report, CancellationToken cancellationToken)
    {
        if (traffic.World.Revisions.Count > 0)
            await service.ApplyAsync(traffic, FindTarget(traffic), cancellationToken);
    }

    public async Task<TimeSpan?> RetireAsync(TrafficState traffic, CancellationToken cancellationToken)
    {
        if (view.HttpRoutes.IsServed)
            await applier.DeleteAsync(Resources.HttpRoutes, Find(traffic.Deployment), cancellationToken);
        return null;
    }

    public TimeSpan? AskAgainIn(ObjectKey model, TrafficReport report) => null;

    public void Forget(ObjectKey model)
    {
    }

    /// <summary>Null: the route is as it should be and is served; empty: it will be, nobody is waited for.</summary>
    private string? FindProblem(TrafficState traffic)
    {
        if (Find(traffic.Deployment) is not { } live || BuildRoute(traffic) is not { } wanted)
            return "";
        // What is written is right by the next look, unless the API server keeps something else.
        var differences = Drift.Find(wanted.Spec!.Value, live.Spec!.Value);
        return differences.Count > 0 ? "" : RouteAnswers.FindProblem(live, ReadGateway(traffic, live));
    }

    private HttpRoute? BuildRoute(TrafficState traffic) =>
        traffic.Plan.SpecError is null ? HttpRoutes.Build(traffic) : Find(traffic.Deployment) is { } live && traffic.World.Revisions.Count > 0 ? HttpRoutes.BuildKept(traffic, live) : null;

    /// <summary>The route's own parent: spec's may be the invalid part.</summary>
    private static GatewaySettings ReadGateway(TrafficState traffic, HttpRoute live)
    {
        if (traffic.Plan.SpecError is null)
            return traffic.Deployment.Spec.Traffic.Gateway!;
        var parent = live.Spec!.Value.GetProperty("parentRefs")[0];
        return new GatewaySettings { Name = Text("name")!, Namespace = Text("namespace"), SectionName = Text("sectionName") };

        string? Text(string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>Callers in the cluster get stable while that keeps all of its pods. Where it gives them up step by step, or had fewer when its Service was shared, they get what is ready.</summary>
    private ServiceTarget FindTarget(TrafficState traffic)
    {
        if (traffic.World.Revisions.FirstOrDefault(side => !side.IsCandidate) is not { } stable || stable.Replicas < traffic.State.Replicas)
            return pods.FindTarget(traffic);
        var ready = traffic.Revisions.FirstOrDefault(seen => seen.Revision == stable.Revision)?.Ready ?? 0;
        var leadsHere = service.Find(traffic.Deployment) is not { } live || ServiceTarget.RevisionOf(live) == stable.Revision;
        return leadsHere || ready >= stable.Replicas ? ServiceTarget.ToRevision(traffic.Deployment, stable.Revision) : pods.FindTarget(traffic);
    }

    /// <summary>Asked without storing anything: a route whose share is dropped would copy every request. By a create, under a name that is free: what an apply answers is not pruned yet.</summary>
    private async Task<bool> KeepsPercentAsync(HttpRoute route, CancellationToken cancellationToken)
    {
        if (!_keepsPercent)
        {
            var probe = route with { Metadata = route.Metadata with { Name = $"{route.Metadata.Name}-percent" } };
            _keepsPercent = HttpRoutes.KeepsPercent(await client.CreateAsync(Resources.HttpRoutes, probe, cancellationToken, dryRun: true));
        }

        return _keepsPercent;
    }
}
