using System.Collections.Concurrent;
using System.Text;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>With the real kube-controller-manager. It has no metrics here, so its autoscaler does what it does without: it keeps the bounds, and leaves alone what is within them.</summary>
[Collection(ClusterGroup.Name)]
public sealed class AutoscalingTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Autoscaled = """{"spec":{"replicas":1,"autoscaling":{"minReplicas":2,"maxReplicas":10}}}""";
    private const string HeldAtHalf = """{"spec":{"strategy":{"canary":{"steps":[{"weight":50,"hold":{"manual":true}}]}}}}""";

    private static readonly ResourceType<HorizontalPodAutoscaler> s_autoscalers = Resources.HorizontalPodAutoscalersV2Beta2;

    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_rollout_gives_each_side_its_least_by_what_the_autoscaler_made_of_stable()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var first = await BeginAsync();
        Assert.Equal((2, 10), Bounds(await GetAutoscalerAsync(first)));
        await ScaleAsync(first, 7);
        await Models.PatchAsync(cluster.Client, _ns, HeldAtHalf);

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var held = await Models.WaitAsync(cluster.Client, _ns, "50 % in force", d => d.Status is { Weight: 50, StepStartedAt: not null, Ready: "11/11" });

        var second = held.Status!.CandidateRevision!;
        Assert.Equal((7, 10), Bounds(await GetAutoscalerAsync(first)));
        Assert.Equal((4, 10), Bounds(await GetAutoscalerAsync(second)));
        Assert.Equal((7, 4), (await ReplicasAsync(first), await ReplicasAsync(second)));

        await Models.CommandAsync(cluster.Client, _ns, $"promote/{second}/1");
        var promoted = await Models.WaitAsync(cluster.Client, _ns, "promoted", d => d.Status!.StableRevision == second && Models.Is(d, ConditionTypes.Ready));

        // The autoscaler of what has just got all traffic has hardly seen it.
        Assert.NotNull(promoted.Status!.Rollout!.CapacityHeldUntil);
        Assert.Equal((7, 10), Bounds(await GetAutoscalerAsync(second)));
        Assert.Equal(7, await ReplicasAsync(second));
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(s_autoscalers, _ns, first, default) is null, "the old revision's autoscaler is gone");
    }

    [Fact]
    public async Task The_least_alone_raises_a_Deployment_and_the_operator_leaves_alone_what_is_above_it()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        var revision = "";
        await using (var running = await RunningOperator.StartAsync(cluster, _ns))
        {
            revision = await BeginAsync();
            await ScaleAsync(revision, 7);
            await Models.WaitAsync(cluster.Client, _ns, "7 of 7", d => d.Status!.Ready == "7/7");
            // It looks at everything once more, and writes nothing.
            var before = await running.RestAsync();
            await cluster.Client.MergePatchAsync(Resources.Deployments, _ns, revision, """{"metadata":{"labels":{"somebody":"was-here"}}}"""u8.ToArray(), default);
            await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"bake":{"duration":"1s"}}}""");
            await Models.WaitReadyAsync(cluster.Client, _ns);
            Assert.Equal(7, await ReplicasAsync(revision));
            Assert.InRange(await running.SettleAsync(), before + 1, before + 2);
            await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"autoscaling":{"minReplicas":8}}}""");
            await Eventually.TrueAsync(async () => await ReplicasAsync(revision) == 8 && Bounds(await GetAutoscalerAsync(revision)) == (8, 10), "as many as the new least");
        }

        // Nobody is left but Kubernetes' own autoscaler.
        await ScaleAsync(revision, 1);
        await Eventually.TrueAsync(async () => await ReplicasAsync(revision) == 8, "the autoscaler keeps its least", TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Switched_on_it_takes_over_as_many_pods_as_there_are_and_switched_off_replicas_count_again()
    {
        var seen = new ConcurrentQueue<int>();
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"replicas":5}}""");
        var revision = (await Models.WaitAsync(cluster.Client, _ns, "5 of 5", d => d.Status?.Ready == "5/5" && Models.Is(d, ConditionTypes.Ready))).Status!.StableRevision!;
        await using var following = new Following<Deployment>(cluster.Client, Resources.Deployments, _ns, change => Note(seen, change.Current, revision));

        await Models.PatchAsync(cluster.Client, _ns, Autoscaled);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(s_autoscalers, _ns, revision, default) is not null, "an autoscaler is there");
        await ScaleAsync(revision, 6);
        await Models.WaitAsync(cluster.Client, _ns, "6 of 6", d => d.Status!.Ready == "6/6");
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"replicas":3,"autoscaling":null}}""");
        await Eventually.TrueAsync(async () => await ReplicasAsync(revision) == 3 && await cluster.Client.FindAsync(s_autoscalers, _ns, revision, default) is null, "3 replicas, and no autoscaler");

        // Never the one that Kubernetes puts in for a number that is taken out.
        await Eventually.TrueAsync(() => Task.FromResult(seen.Last() == 3), "the last change is seen");
        Assert.Equal([5, 6, 3], seen);
    }

    [Fact]
    public async Task An_edited_and_a_deleted_autoscaler_are_repaired_and_its_status_is_nobody_s_work()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var revision = await BeginAsync();
        var owner = Assert.Single((await GetAutoscalerAsync(revision)).Metadata.OwnerReferences!);
        Assert.Equal((ModelDeployment.KindName, Models.Name), (owner.Kind, owner.Name));

        await PatchAutoscalerAsync(revision, """{"spec":{"maxReplicas":50,"metrics":[{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":10}}}]}}""");
        await Eventually.TrueAsync(async () => await GetAutoscalerAsync(revision) is { Spec: { MaxReplicas: 10, Metrics: [{ Resource: { Name: "cpu", Target.AverageUtilization: 80 } }] } }, "the bounds and the metric are back");
        await cluster.Client.DeleteAsync(s_autoscalers, _ns, revision, null, default);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(s_autoscalers, _ns, revision, default) is not null, "the autoscaler is back");

        await Models.WaitReadyAsync(cluster.Client, _ns);
        var before = await running.RestAsync();
        await PatchAutoscalerAsync(revision, """{"status":{"desiredReplicas":9}}""", "status");
        // What comes after it has been worked on: so has what was before it.
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"bake":{"duration":"1s"}}}""");
        await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.InRange(await running.SettleAsync(), before + 1, before + 2);
    }

    [Fact]
    public async Task With_Recreate_what_is_stopped_has_no_autoscaler_and_comes_back_as_it_was()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns, PodPlayer.ByImage);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        var first = await BeginAsync();
        await ScaleAsync(first, 4);
        await Models.WaitAsync(cluster.Client, _ns, "4 of 4", d => d.Status!.Ready == "4/4");
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"type":"Recreate","canary":null}}}""");
        var seen = new ConcurrentQueue<int>();
        await using var following = new Following<Deployment>(cluster.Client, Resources.Deployments, _ns, change => Note(seen, change.Current, first));
        await Eventually.TrueAsync(() => !seen.IsEmpty, "it is followed");

        await Models.SetBrokenAsync(cluster.Client, _ns);
        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        Assert.Equal(first, back.Status!.StableRevision);
        await Eventually.TrueAsync(() => Task.FromResult(seen.Last() == 4), "the last change is seen");
        Assert.Equal([4, 0, 4], seen);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(s_autoscalers, _ns, first, default) is { } autoscaler && Bounds(autoscaler) == (4, 10), "its autoscaler is back");
    }

    private static void Note(ConcurrentQueue<int> seen, Deployment deployment, string revision)
    {
        if (deployment.Metadata.Name == revision && deployment.Spec!.Replicas is { } replicas && (seen.IsEmpty || seen.Last() != replicas))
            seen.Enqueue(replicas);
    }

    private static (int?, int?) Bounds(HorizontalPodAutoscaler autoscaler) => (autoscaler.Spec!.MinReplicas, autoscaler.Spec.MaxReplicas);

    /// <summary>One revision that serves, with an autoscaler of 2 to 10; its name.</summary>
    private async Task<string> BeginAsync()
    {
        await cluster.Client.CreateAsync(
            ModelDeployments.Resource,
            new ModelDeployment
            {
                Metadata = new ObjectMeta { Namespace = _ns, Name = Models.Name },
                Spec = Models.Fastest() with { Replicas = 1, Autoscaling = new AutoscalingSettings { MinReplicas = 2, MaxReplicas = 10 } },
            },
            default);
        var revision = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(s_autoscalers, _ns, revision, default) is not null, "an autoscaler is there");
        Assert.Equal(2, await ReplicasAsync(revision));
        return revision;
    }

    /// <summary>As an autoscaler does that sees load, or the lack of it.</summary>
    private Task ScaleAsync(string revision, int replicas) => Insist.OnConflictAsync(
        () => cluster.Client.MergePatchAsync(Resources.Deployments, _ns, revision, Encoding.UTF8.GetBytes($$$"""{"spec":{"replicas":{{{replicas}}}}}"""), default, "scale"));

    private Task PatchAutoscalerAsync(string revision, string json, string? subresource = null) =>
        Insist.OnConflictAsync(() => cluster.Client.MergePatchAsync(s_autoscalers, _ns, revision, Encoding.UTF8.GetBytes(json), default, subresource));

    private async Task<int?> ReplicasAsync(string revision) => (await cluster.Client.GetAsync(Resources.Deployments, _ns, revision, default)).Spec!.Replicas;

    private Task<HorizontalPodAutoscaler> GetAutoscalerAsync(string revision) => cluster.Client.GetAsync(s_autoscalers, _ns, revision, default);
}
