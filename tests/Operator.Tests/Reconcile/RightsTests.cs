using System.Collections.Concurrent;
using System.Text;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;
using Canario.Operator.Tests.Chart;
using Canario.Operator.Tests.Traffic;
using Canario.Rollouts;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class RightsTests(ClusterFixture cluster)
{
    /// <summary>Granted, though nothing in a plain life of a ModelDeployment asks for it.</summary>
    private static readonly string[] s_rare =
    [
        // After a kill between a revision's first write and the cache that shows it.
        "apps controllerrevisions get",
        "batch jobs get",
        // The same event again.
        "events patch",
        // Checked by an admission plug-in that is off here.
        "canario.dev modeldeployments/finalizers update",
        // Nobody can grant what they do not hold, and the routers watch these.
        "discovery.k8s.io endpointslices list",
        "discovery.k8s.io endpointslices watch",
    ];

    private readonly ConcurrentDictionary<string, byte> _used = new();

    [Fact]
    public async Task The_chart_grants_what_a_ModelDeployment_s_life_takes_and_nothing_else()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var prometheus = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[]}}"""));
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using (await RunningOperator.StartAsync(cluster, ns, inner => new RequestedRights(inner, _used), leaderElection: true))
            await LiveAsync(ns, prometheus.Address);

        var granted = await GrantedAsync();
        Assert.Equal(granted.Except(s_rare).Order(StringComparer.Ordinal), _used.Keys.Except(s_rare).Order(StringComparer.Ordinal));
        Assert.Subset(granted, _used.Keys.ToHashSet());
        Assert.Subset(granted, s_rare.ToHashSet());
    }

    /// <summary>Created, found as an older operator made it, rolled out, rolled back, deleted.</summary>
    private async Task LiveAsync(string ns, Uri prometheus)
    {
        var secret = new Secret { Metadata = new ObjectMeta { Namespace = ns, Name = "prometheus" }, Data = new Dictionary<string, byte[]> { ["auth"] = Encoding.UTF8.GetBytes("Bearer token") } };
        await cluster.Client.CreateAsync(Resources.Secrets, secret, default);
        await Models.CreateAsync(cluster.Client, ns);
        await Models.PatchAsync(cluster.Client, ns, $$$$$$"""{"spec":{"revisionHistoryLimit":1,"metrics":{"prometheus":{"address":"{{{{{{prometheus}}}}}}","authSecretRef":{"name":"prometheus","key":"auth"}}}}}""");
        await Models.WaitReadyAsync(cluster.Client, ns);
        await Task.WhenAll(
            AgeAsync(Resources.ServiceAccounts, ns), AgeAsync(Resources.Roles, ns), AgeAsync(Resources.RoleBindings, ns),
            AgeAsync(Resources.Services, ns), AgeAsync(Resources.PodDisruptionBudgetsV1Beta1, ns), AgeAsync(Resources.Deployments, ns));
        await AutoscaleAsync(ns, 4);
        await AutoscaleAsync(ns, 5);
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        await Models.WaitReadyAsync(cluster.Client, ns);

        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"replicas":2,"autoscaling":null,"traffic":{"provider":"Service"}}}""");
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.ConfigMaps, ns, Names.RouterConfiguration(Models.Name), default) is null, "the routers are told nothing any more");
        await GatewayApiCrd.InstallAsync(cluster.Client);
        await using (var gateway = new GatewayPlayer(cluster.Client, ns))
        {
            await Models.PatchAsync(cluster.Client, ns, """{"spec":{"traffic":{"provider":"GatewayApi","gateway":{"name":"web"}}}}""");
            await Models.WaitReadyAsync(cluster.Client, ns);
            await Models.PatchAsync(cluster.Client, ns, """{"spec":{"traffic":{"gateway":{"path":"/iris"}}}}""");
            await Models.WaitReadyAsync(cluster.Client, ns);
            // Out of the operator's sight, it is found under its name.
            await Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(Resources.HttpRoutes, ns, Models.Name, Encoding.UTF8.GetBytes($$$$"""{"metadata":{"labels":{"{{{{Labels.ManagedBy}}}}":null}}}"""), default));
            await Eventually.TrueAsync(async () => (await cluster.Client.GetAsync(Resources.HttpRoutes, ns, Models.Name, default)).Metadata.Labels!.ContainsKey(Labels.ManagedBy), "the route is the operator's again");
            await Models.PatchAsync(cluster.Client, ns, """{"spec":{"traffic":{"provider":"Router","gateway":null}}}""");
            await Models.WaitReadyAsync(cluster.Client, ns);
            await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.HttpRoutes, ns, Models.Name, default) is null, "the route is gone");
        }

        await Models.WaitReadyAsync(cluster.Client, ns);

        await RetrainingTests.CreateCronJobAsync(cluster.Client, ns);
        await Models.PatchAsync(cluster.Client, ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Retrain}}}}":"1"}},"spec":{"retraining":{"cronJob":"{{{{RetrainingTests.CronJobName}}}}"}}}""");
        await Eventually.TrueAsync(async () => (await cluster.Client.ListAsync(Resources.Jobs, ns, null, default)).Items.Count == 1, "the model is trained anew");
        await RetrainingTests.MakeEndedJobsAsync(cluster.Client, ns, 5, ended: 4);

        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"gates":[{"name":"errors","type":"ErrorRate","max":0.1}],"strategy":{"canary":{"steps":[{"weight":20,"hold":{"duration":"0s"},"gates":["errors"]}]}}}}""");
        await Models.SetModelAsync(cluster.Client, ns, "v3");
        var measured = await Models.WaitAsync(cluster.Client, ns, "measured", d => d.Status!.Gates is [{ Verdict: nameof(Verdict.InsufficientData) }]);
        await Models.PatchAsync(cluster.Client, ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Command}}}}":"abort/{{{{measured.Status!.CandidateRevision}}}}/1"}}}""");
        await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        await Eventually.TrueAsync(async () => (await cluster.Client.ListAsync(Resources.ControllerRevisions, ns, null, default)).Items.Count == 2, "the oldest revision is forgotten");

        await cluster.Client.DeleteAsync(ModelDeployments.Resource, ns, Models.Name, null, default);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.ServiceAccounts, ns, Names.Router, default) is null, "the routers are gone");
    }

    private async Task AutoscaleAsync(string ns, int maxReplicas)
    {
        await Models.PatchAsync(cluster.Client, ns, $$$$"""{"spec":{"replicas":1,"autoscaling":{"minReplicas":2,"maxReplicas":{{{{maxReplicas}}}}}}}""");
        await Eventually.TrueAsync(
            async () => (await cluster.Client.ListAsync(Resources.HorizontalPodAutoscalersV2Beta2, ns, null, default)).Items is [{ Spec.MaxReplicas: { } max }] && max == maxReplicas,
            "an autoscaler is there");
    }

    /// <summary>Makes a router's object look as if an operator with other manifests had created it, and waits until it is today's.</summary>
    private async Task AgeAsync<T>(ResourceType<T> type, string ns) where T : class, IKubernetesObject
    {
        const string Older = "created-0123456789abcdef";
        var json = $$$$"""{"metadata":{"annotations":{"{{{{Applier.HashAnnotation}}}}":"{{{{Older}}}}"}}}""";
        await Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(type, ns, Names.Router, Encoding.UTF8.GetBytes(json), default));
        await Eventually.TrueAsync(
            async () => (await cluster.Client.GetAsync(type, ns, Names.Router, default)).Metadata.Annotations![Applier.HashAnnotation] is var mark && mark != Older,
            $"the {type.Kind} is today's");
    }

    private static async Task<HashSet<string>> GrantedAsync()
    {
        var documents = await HelmChart.RenderAsync();
        return [.. documents.Where(d => HelmChart.Kind(d) is "ClusterRole" or "Role" && HelmChart.Text(d, "metadata", "name") is "canario" or "canario-leader").SelectMany(HelmChart.Rights)];
    }
}
