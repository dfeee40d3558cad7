using System.Text;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class LifecycleTests(ClusterFixture cluster) : IAsyncLifetime
{
    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_new_ModelDeployment_gets_its_objects_and_the_namespace_its_routers()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);

        var deployment = await Models.WaitReadyAsync(cluster.Client, _ns);

        var revision = deployment.Status!.StableRevision!;
        Assert.Equal(nameof(RolloutPhase.Healthy), deployment.Status.Phase);
        Assert.Equal(2, (await GetAsync(Resources.Deployments, revision)).Spec!.Replicas);
        Assert.Equal("None", (await GetAsync(Resources.Services, revision)).Spec!.ClusterIP);
        Assert.Equal(deployment.Status.Port, (await GetAsync(Resources.Services, Models.Name)).Spec!.Ports![0].TargetPort!.Value.Number);
        Assert.Equal(1, (await GetAsync(Resources.ControllerRevisions, revision)).Revision);
        Assert.Contains("\"weight\":100", (await GetAsync(Resources.ConfigMaps, Names.RouterConfiguration(Models.Name))).Data![RouterConfiguration.Key], StringComparison.Ordinal);
        Assert.Equal(2, (await GetAsync(Resources.Deployments, Names.Router)).Spec!.Replicas);
        await GetAsync(Resources.RoleBindings, Names.Router);
        await GetAsync(Resources.PodDisruptionBudgetsV1Beta1, Names.Router);
    }

    [Fact]
    public async Task Edited_and_deleted_objects_are_repaired()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var revision = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
        var map = Names.RouterConfiguration(Models.Name);
        var right = (await GetAsync(Resources.ConfigMaps, map)).Data![RouterConfiguration.Key];

        await PatchAsync(Resources.ConfigMaps, map, """{"data":{"router.json":"{}"}}""");
        await PatchAsync(Resources.Deployments, revision, """{"spec":{"replicas":7}}""");
        await PatchAsync(Resources.Deployments, Names.Router, """{"spec":{"replicas":0}}""");
        await cluster.Client.DeleteAsync(Resources.Services, _ns, Models.Name, null, default);
        await cluster.Client.DeleteAsync(Resources.Services, _ns, revision, null, default);
        await cluster.Client.DeleteAsync(Resources.ControllerRevisions, _ns, revision, null, default);
        await cluster.Client.DeleteAsync(Resources.Roles, _ns, Names.Router, null, default);

        await Eventually.TrueAsync(async () => (await GetAsync(Resources.ConfigMaps, map)).Data![RouterConfiguration.Key] == right, "the router configuration is back");
        await Eventually.TrueAsync(async () => (await GetAsync(Resources.Deployments, revision)).Spec!.Replicas == 2, "the replicas are back");
        await Eventually.TrueAsync(async () => (await GetAsync(Resources.Deployments, Names.Router)).Spec!.Replicas == 2, "the routers are back");
        await Eventually.TrueAsync(async () => await FindAsync(Resources.Services, Models.Name) is not null, "the Service is back");
        await Eventually.TrueAsync(async () => await FindAsync(Resources.Services, revision) is not null, "the revision's Service is back");
        await Eventually.TrueAsync(async () => await FindAsync(Resources.ControllerRevisions, revision) is not null, "the history is back");
        await Eventually.TrueAsync(async () => await FindAsync(Resources.Roles, Names.Router) is not null, "the Role is back");
    }

    [Fact]
    public async Task A_changed_model_is_rolled_out_and_the_old_revisions_pods_go()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var first = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        // kstatus: whatever speaks of the new generation says Reconciling until it serves.
        var deployment = await Models.WaitAsync(cluster.Client, _ns, "promoted", d =>
        {
            if (d.Status!.ObservedGeneration == d.Metadata.Generation && d.Status.StableRevision == first)
                Assert.True(Models.Is(d, ConditionTypes.Reconciling) && !Models.Is(d, ConditionTypes.Ready), d.Status.Phase);
            return d.Status.StableRevision != first && Models.Is(d, ConditionTypes.Ready);
        });

        var entry = Assert.Single(deployment.Status!.History!, h => h.Revision == deployment.Status.StableRevision);
        Assert.Equal(RolloutOutcomes.Promoted, entry.Outcome);
        await Eventually.TrueAsync(async () => await FindAsync(Resources.Deployments, first) is null && await FindAsync(Resources.Services, first) is null, "the old revision's objects are gone");
        Assert.NotNull(await FindAsync(Resources.ControllerRevisions, first));
    }

    [Fact]
    public async Task A_deleted_ModelDeployment_leaves_nothing()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);

        await cluster.Client.DeleteAsync(ModelDeployments.Resource, _ns, Models.Name, null, default);

        var left = "";
        await Eventually.TrueAsync(
            async () =>
            {
                left = string.Join(", ", await LeftAsync());
                return left.Length == 0;
            },
            "nothing is left",
            TimeSpan.FromSeconds(120),
            () => left);
    }

    [Fact]
    public async Task A_Service_of_somebody_else_is_left_alone()
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = _ns, Name = Models.Name },
            Spec = new ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = "theirs" }, Ports = [new ServicePort { Port = 80 }] },
        };
        await cluster.Client.CreateAsync(Resources.Services, service, default);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);

        await Eventually.TrueAsync(
            async () => (await cluster.Client.ListAsync(Resources.Events, _ns, null, default)).Items.Exists(e => e.Reason == "NameTaken" && e.Message!.Contains("Service iris", StringComparison.Ordinal)),
            "an event says so");
        Assert.Equal("theirs", (await GetAsync(Resources.Services, Models.Name)).Spec!.Selector!["app"]);
        var stalled = await Models.WaitAsync(cluster.Client, _ns, "Stalled", d => Models.Is(d, ConditionTypes.Stalled) && d.Status!.Phase == nameof(RolloutPhase.Healthy));
        Assert.False(Models.Is(stalled, ConditionTypes.Ready));

        await cluster.Client.DeleteAsync(Resources.Services, _ns, Models.Name, null, default);
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    [Fact]
    public async Task What_the_API_server_refuses_is_told_in_status_until_it_is_mended()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        // Valid by every rule that does not know the cluster: its node ports begin at 30000.
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"type":"NodePort","nodePort":1234}}}""");

        var refused = await Models.WaitAsync(cluster.Client, _ns, "Stalled", d => Models.Is(d, ConditionTypes.Stalled));

        var condition = refused.Status!.Conditions!.Single(c => c.Type == ConditionTypes.Stalled);
        Assert.Equal("ApplyRefused", condition.Reason);
        Assert.Contains("1234", condition.Message, StringComparison.Ordinal);
        Assert.False(Models.Is(refused, ConditionTypes.Ready));

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"type":"ClusterIP","nodePort":null}}}""");
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    private Task<T> GetAsync<T>(ResourceType<T> type, string name) where T : class, IKubernetesObject => cluster.Client.GetAsync(type, _ns, name, default);

    private Task<T?> FindAsync<T>(ResourceType<T> type, string name) where T : class, IKubernetesObject => cluster.Client.FindAsync(type, _ns, name, default);

    private Task PatchAsync<T>(ResourceType<T> type, string name, string json) where T : class, IKubernetesObject =>
        Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(type, _ns, name, Encoding.UTF8.GetBytes(json), default));

    private async Task<List<string>> LeftAsync() =>
    [
        .. await NamesAsync(Resources.Deployments), .. await NamesAsync(Resources.Services), .. await NamesAsync(Resources.ConfigMaps),
        .. await NamesAsync(Resources.ControllerRevisions), .. await NamesAsync(Resources.Pods), .. await NamesAsync(Resources.Roles), .. await NamesAsync(Resources.RoleBindings),
        .. await NamesAsync(Resources.PodDisruptionBudgetsV1Beta1),
    ];

    private async Task<IEnumerable<string>> NamesAsync<T>(ResourceType<T> type) where T : class, IKubernetesObject =>
        (await cluster.Client.ListAsync(type, _ns, null, default)).Items.Select(o => $"{type.Kind} {o.Metadata.Name}").Where(n => n != "ConfigMap kube-root-ca.crt");
}
