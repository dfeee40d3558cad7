using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;

namespace Canario.Operator.Tests.Reconcile;

[Collection(WaitingGroup.Name)]
public sealed class RestTests(ClusterFixture cluster)
{
    [Fact]
    public async Task At_rest_nothing_is_written_however_often_GitOps_applies_the_same()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await ApplyAsync(ns, "v1");
        await Models.WaitReadyAsync(cluster.Client, ns);
        await ApplyAsync(ns, "v2");
        var promoted = await Models.WaitAsync(cluster.Client, ns, "promoted", d => d.Status?.History?.Count == 2 && Models.Is(d, ConditionTypes.Ready));
        await Eventually.TrueAsync(async () => (await cluster.Client.ListAsync(Resources.Deployments, ns, null, default)).Items.Count == 2, "the old side is gone");
        var writes = await running.RestAsync();
        var version = (await Models.GetAsync(cluster.Client, ns)).Metadata.ResourceVersion;

        // Longer than the machine's interval: what would be written by the clock would be seen.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 12 && await timer.WaitForNextTickAsync(); i++)
            await ApplyAsync(ns, "v2");

        Assert.Equal(writes, running.Writes);
        var now = await Models.GetAsync(cluster.Client, ns);
        Assert.Equal(version, now.Metadata.ResourceVersion);
        Assert.Equal(promoted.Metadata.Generation, now.Metadata.Generation);
    }

    [Fact]
    public async Task A_restarted_operator_writes_nothing_over_what_is_as_it_should_be()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        var first = await RunningOperator.StartAsync(cluster, ns);
        await ApplyAsync(ns, "v1");
        await Models.WaitReadyAsync(cluster.Client, ns);
        await first.RestAsync();
        await first.DisposeAsync();

        await using var second = await RunningOperator.StartAsync(cluster, ns);
        // A change that it must answer with a write: all else is in front of it in the queue.
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"revisionHistoryLimit":9}}""");
        await Models.WaitReadyAsync(cluster.Client, ns);

        Assert.Equal(1, await second.SettleAsync());
    }

    private Task ApplyAsync(string ns, string version) => cluster.Client.ApplyAsync(
        ModelDeployments.Resource,
        new ModelDeployment
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = Models.Name },
            Spec = new ModelDeploymentSpec
            {
                Replicas = 2,
                Model = new ModelSpec { Uri = $"http://models/{version}/model.onnx" },
                Strategy = new StrategySettings { Canary = new CanarySettings { Steps = [new CanaryStepSettings { Weight = 50, Hold = new HoldSettings { Duration = "0s" } }] } },
                Bake = new BakeSettings { Duration = "0s" },
            },
        },
        default,
        fieldManager: "gitops");
}
