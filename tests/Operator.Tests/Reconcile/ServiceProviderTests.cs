using System.Collections.Concurrent;
using System.Text;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>No proxy: the Service leads to the pods, and how many of each side are ready is the split.</summary>
[Collection(ClusterGroup.Name)]
public sealed class ServiceProviderTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Pending = """{"status":{"phase":"Pending"}}""";
    private const string AllRevisions = "all";
    private const string Routers = "routers";

    private const string ByService = """
        {"spec":{"replicas":4,"traffic":{"provider":"Service"},"bake":{"duration":"1h"},
          "strategy":{"canary":{"steps":[{"weight":25,"hold":{"duration":"0s"}},{"weight":50,"hold":{"duration":"0s","manual":true}}]}}}}
        """;

    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_canary_s_share_is_its_share_of_the_ready_pods_and_no_router_is_made()
    {
        var targets = new ConcurrentQueue<string>();
        await using var seen = FollowTargets(targets);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();

        var half = await RollToHalfAsync();
        var candidate = half.Status!.CandidateRevision!;
        Assert.Equal((2, 2), (await ReadyAsync(stable), await ReadyAsync(candidate)));

        await Models.CommandAsync(cluster.Client, _ns, $"promote/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "the bake, with stable warm", d => d.Status is { Phase: nameof(RolloutPhase.Baking), WeightInForce: true, StepStartedAt: not null, Ready: "8/8" });
        await Models.CommandAsync(cluster.Client, _ns, $"promote/{candidate}/2");
        await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.StableRevision == candidate && Models.Is(d, ConditionTypes.Ready));
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, stable, default) is null, "the old revision is gone");

        Assert.Equal([stable, AllRevisions, candidate], targets);
        Assert.Null(await cluster.Client.FindAsync(Resources.Deployments, _ns, Names.Router, default));
        Assert.Empty((await cluster.Client.ListAsync(Resources.ConfigMaps, _ns, new ListOptions { LabelSelector = Labels.RouterConfig }, default)).Items);
    }

    [Fact]
    public async Task A_rollback_takes_the_traffic_only_when_stable_has_its_pods_back()
    {
        var holdsBack = false;
        await using var pods = new PodPlayer(cluster.Client, _ns, _ => Volatile.Read(ref holdsBack) ? Pending : PodPlayer.Ready);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();
        var candidate = (await RollToHalfAsync()).Status!.CandidateRevision!;

        Volatile.Write(ref holdsBack, true);
        await Models.CommandAsync(cluster.Client, _ns, $"abort/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "stable's pods are asked for", d => d.Status is { Phase: nameof(RolloutPhase.RollingBack), Ready: "4/6" });
        await running.SettleAsync();
        Assert.Equal(AllRevisions, TargetOf(await GetServiceAsync()));
        Assert.Equal(2, await ReadyAsync(candidate));

        List<Pod> missing = [];
        await Eventually.TrueAsync(async () => (missing = (await cluster.Client.ListAsync(Resources.Pods, _ns, null, default)).Items.FindAll(p => p.Status?.Phase == "Pending")).Count == 2, "stable's other pods start");
        foreach (var pod in missing)
            await cluster.Client.MergePatchAsync(Resources.Pods, _ns, pod.Metadata.Name!, Encoding.UTF8.GetBytes(PodPlayer.Ready), default, "status");
        await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status is { Phase: nameof(RolloutPhase.RolledBack), WeightInForce: true, Ready: "4/4" });
        Assert.Equal(stable, TargetOf(await GetServiceAsync()));
    }

    [Fact]
    public async Task Pods_of_a_revision_that_was_given_up_are_gone_before_the_service_leads_to_all()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();
        var left = new Pod
        {
            Metadata = new ObjectMeta { Namespace = _ns, Name = "left-over", Labels = Objects.BuildLabels(Models.Name, "iris-left", Labels.ComponentModel) },
            Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] },
        };
        await cluster.Client.CreateAsync(Resources.Pods, left, default);

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var waiting = await Models.WaitAsync(cluster.Client, _ns, "25 % asked for", d => d.Status is { Weight: 25, Reason: RolloutReasons.TrafficPending });
        Assert.False(waiting.Status!.WeightInForce);
        await running.SettleAsync();
        Assert.Equal(stable, TargetOf(await GetServiceAsync()));

        await cluster.Client.DeleteAsync(Resources.Pods, _ns, "left-over", new DeleteOptions { GracePeriodSeconds = 0 }, default);
        await Models.WaitAsync(cluster.Client, _ns, "50 % in force", d => d.Status is { Weight: 50, WeightInForce: true });
    }

    [Fact]
    public async Task Another_provider_of_a_live_model_is_ready_before_the_one_before_goes()
    {
        var hasRouters = true;
        var targets = new ConcurrentQueue<string>();
        await using var seen = FollowTargets(targets);
        await using var pods = new PodPlayer(cluster.Client, _ns, pod => !Volatile.Read(ref hasRouters) && pod.Metadata.Labels?.GetValueOrDefault(Labels.Component) == Labels.ComponentRouter ? Pending : PodPlayer.Ready);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
        await Eventually.TrueAsync(() => targets.Contains(Routers, StringComparer.Ordinal), "the routers serve");

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"traffic":{"provider":"Service"}}}""");
        await Eventually.TrueAsync(() => targets.Contains(stable, StringComparer.Ordinal), "the Service leads to the pods");
        Assert.NotNull(await FindConfigMapAsync());
        await Eventually.TrueAsync(
            async () => await FindConfigMapAsync() is null && await cluster.Client.FindAsync(Resources.Deployments, _ns, Names.Router, default) is null, "the routers are gone", TimeSpan.FromSeconds(60));

        await Eventually.TrueAsync(async () => (await RouterPodsAsync()).Count == 0, "the routers' pods are gone");
        Volatile.Write(ref hasRouters, false);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"traffic":{"provider":"Router"}}}""");
        await Models.WaitAsync(cluster.Client, _ns, "routers are waited for", d => d.Status!.ObservedGeneration == d.Metadata.Generation && d.Status.WeightInForce != true);
        await Eventually.TrueAsync(async () => (await RouterPodsAsync()).Count == 2, "routers are started");
        Assert.Equal(stable, TargetOf(await GetServiceAsync()));
        Assert.Equal([Routers, stable], targets);

        foreach (var pod in await RouterPodsAsync())
            await cluster.Client.MergePatchAsync(Resources.Pods, _ns, pod.Metadata.Name!, Encoding.UTF8.GetBytes(PodPlayer.Ready), default, "status");
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Eventually.TrueAsync(() => targets.SequenceEqual([Routers, stable, Routers]), "the routers serve again");
    }

    [Fact]
    public async Task An_invalid_spec_leaves_the_service_as_it_is_and_a_candidate_without_pods_without_traffic()
    {
        var fails = false;
        await using var pods = new PodPlayer(cluster.Client, _ns, _ => Volatile.Read(ref fails) ? Pending : PodPlayer.Ready);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();
        var candidate = (await RollToHalfAsync()).Status!.CandidateRevision!;
        var port = (await GetServiceAsync()).Spec!.Ports![0].Port;

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"service":{"port":81},"traffic":{"stickyHeader":"x-user"}}}""");
        var stalled = await Models.WaitAsync(cluster.Client, _ns, "stalled", d => d.Status!.Reason == RolloutReasons.InvalidSpec);
        Assert.Contains("spec.traffic.stickyHeader", stalled.Status!.Message, StringComparison.Ordinal);
        await running.SettleAsync();
        Assert.Equal(AllRevisions, TargetOf(await GetServiceAsync()));

        Volatile.Write(ref fails, true);
        foreach (var pod in (await cluster.Client.ListAsync(Resources.Pods, _ns, null, default)).Items.Where(p => PodPlayer.RevisionOf(p) == candidate))
            await cluster.Client.DeleteAsync(Resources.Pods, _ns, pod.Metadata.Name!, new DeleteOptions { GracePeriodSeconds = 0 }, default);
        await Eventually.TrueAsync(async () => TargetOf(await GetServiceAsync()) == stable, "the Service leads to stable alone");
        Assert.Equal(port, (await GetServiceAsync()).Spec!.Ports![0].Port);
    }

    [Fact]
    public async Task A_service_that_somebody_leads_elsewhere_or_deletes_is_led_back()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var stable = await ServeAsync();

        foreach (var patch in (string[])["""{"spec":{"selector":{"canario.dev/revision":null}}}""", """{"spec":{"selector":{"canario.dev/revision":"iris-x"}}}""", """{"spec":{"selector":{"a":"b"}}}"""])
        {
            await Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(Resources.Services, _ns, Models.Name, Encoding.UTF8.GetBytes(patch), default));
            await Eventually.TrueAsync(async () => (await GetServiceAsync()) is var live && TargetOf(live) == stable && live.Spec?.Selector?.Count == 4, $"{patch} is mended");
        }

        await cluster.Client.DeleteAsync(Resources.Services, _ns, Models.Name, null, default);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Services, _ns, Models.Name, default) is { } made && TargetOf(made) == stable, "it is made again");
        await Models.WaitReadyAsync(cluster.Client, _ns);
    }

    [Fact]
    public async Task Errors_that_the_inference_servers_count_roll_the_candidate_back()
    {
        var registry = new MetricRegistry();
        var requests = registry.CreateCounter(MetricNames.InferenceRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code, MetricLabels.Protocol);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, metrics: context => MetricsEndpoint.WriteAsync(context, registry));
        await ServeAsync();
        await Models.PatchAsync(cluster.Client, _ns, """
            {"spec":{"gates":[{"name":"errors","type":"ErrorRate","max":0.05,"minSamples":500}],"strategy":{"canary":{"steps":[{"weight":25,"hold":{"duration":"0s"},"gates":["errors"]}]}}}}
            """);
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var candidate = (await Models.WaitAsync(cluster.Client, _ns, "25 % in force", d => d.Status is { Weight: 25, StepStartedAt: not null })).Status!.CandidateRevision!;

        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d =>
        {
            requests.WithLabels(_ns, Models.Name, d.Status!.StableRevision!, "200", "predict").Increment(300);
            requests.WithLabels(_ns, Models.Name, candidate, "500", "predict").Increment(100);
            return d.Status.Phase == nameof(RolloutPhase.RolledBack);
        });

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.ErrorRate), (rejected.Revision, rejected.Reason));
    }

    private async Task<string> ServeAsync()
    {
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, ByService);
        return (await Models.WaitAsync(cluster.Client, _ns, "four pods", d => d.Status is { Ready: "4/4" } && Models.Is(d, ConditionTypes.Ready))).Status!.StableRevision!;
    }

    private async Task<ModelDeployment> RollToHalfAsync()
    {
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        return await Models.WaitAsync(cluster.Client, _ns, "50 % in force", d => d.Status is { Weight: 50, WeightInForce: true, StepStartedAt: not null, Phase: nameof(RolloutPhase.Paused) });
    }

    private async Task<int> ReadyAsync(string revision) => (await cluster.Client.ListAsync(Resources.Pods, _ns, new ListOptions { LabelSelector = $"{Labels.Revision}={revision}" }, default))
        .Items.Count(p => p.Metadata.DeletionTimestamp is null && p.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true);

    private async Task<List<Pod>> RouterPodsAsync() => (await cluster.Client.ListAsync(Resources.Pods, _ns, new ListOptions { LabelSelector = $"{Labels.Component}={Labels.ComponentRouter}" }, default)).Items;

    private Task<ConfigMap?> FindConfigMapAsync() => cluster.Client.FindAsync(Resources.ConfigMaps, _ns, Names.RouterConfiguration(Models.Name), default);

    private Task<Service> GetServiceAsync() => cluster.Client.GetAsync(Resources.Services, _ns, Models.Name, default);

    /// <summary>Whom the Service led to, one after the other.</summary>
    private Following<Service> FollowTargets(ConcurrentQueue<string> targets) => new(cluster.Client, Resources.Services, _ns, change =>
    {
        if (change.New is { Metadata.Name: Models.Name } live && TargetOf(live) is var target && target != targets.LastOrDefault())
            targets.Enqueue(target);
    });

    private static string TargetOf(Service service) => service.Spec!.Selector!.GetValueOrDefault(Labels.Component) == Labels.ComponentRouter ? Routers
        : service.Spec.Selector!.GetValueOrDefault(Labels.Revision, AllRevisions);
}
