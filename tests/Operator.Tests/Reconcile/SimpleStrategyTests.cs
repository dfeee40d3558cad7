using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class SimpleStrategyTests(ClusterFixture cluster) : IAsyncLifetime
{
    private string _ns = "";

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Recreate_never_runs_two_revisions_at_once_neither_forward_nor_back()
    {
        var together = new ConcurrentQueue<string>();
        var live = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var seen = new Following<Pod>(cluster.Client, Resources.Pods, _ns, change =>
        {
            if (change.New is null)
                live.TryRemove(change.Current.Metadata.Uid!, out _);
            else
                live[change.Current.Metadata.Uid!] = PodPlayer.RevisionOf(change.New);
            if (live.Values.Distinct().Count() > 1)
                together.Enqueue(string.Join(" and ", live.Values));
        });
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, _ns)).Status!.StableRevision!;

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"strategy":{"type":"Recreate","canary":null},"bake":{"duration":"1h"},"model":{"uri":"http://models/v2/model.onnx"}}}""");
        var baking = await Models.WaitAsync(cluster.Client, _ns, "baking", d => d.Status is { Phase: nameof(RolloutPhase.Baking), WeightInForce: true, StepStartedAt: not null });
        Assert.Equal(100, baking.Status!.Weight);
        await Eventually.TrueAsync(() => live.Values is { Count: 2 } all && all.All(revision => revision == baking.Status.CandidateRevision), "the watch shows the candidate's pods alone");

        await Models.PatchAsync(cluster.Client, _ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Command}}}}":"abort/{{{{baking.Status.CandidateRevision}}}}/1"}}}""");
        await Models.WaitAsync(cluster.Client, _ns, "stable is started again", d => d.Status is { Phase: nameof(RolloutPhase.RolledBack), Ready: "2/2", WeightInForce: true } && d.Status.StableRevision == stable);
        await Eventually.TrueAsync(() => live.Values is { Count: 2 } all && all.All(revision => revision == stable), "the watch shows stable's pods alone");
        Assert.Empty(together);
    }

    [Fact]
    public async Task A_rolling_update_keeps_within_its_surge_and_moves_the_weights_with_the_pods()
    {
        const int replicas = 4;
        var asked = new Dictionary<string, int>(StringComparer.Ordinal);
        var sums = new ConcurrentQueue<int>();
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"replicas":4,"strategy":{"type":"RollingUpdate","canary":null,"rollingUpdate":{"maxSurge":"25%"}}}}""");
        await Models.WaitAsync(cluster.Client, _ns, "four pods", d => d.Status is { Phase: nameof(RolloutPhase.Healthy), Ready: "4/4" } && Models.Is(d, ConditionTypes.Ready));
        await using var routers = new RouterHistory(cluster.Client, _ns);
        await using var seen = new Following<Deployment>(cluster.Client, Resources.Deployments, _ns, change =>
        {
            if (change.Current.Metadata.Labels?.ContainsKey(Labels.Revision) != true)
                return;
            asked[change.Current.Metadata.Name!] = change.New?.Spec?.Replicas ?? 0;
            sums.Enqueue(asked.Values.Sum());
        });
        await Eventually.TrueAsync(() => !sums.IsEmpty, "the watch has begun");

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var done = await Models.WaitReadyAsync(cluster.Client, _ns);

        Assert.Equal(RolloutOutcomes.Promoted, done.Status!.History![0].Outcome);
        Assert.All(sums, sum => Assert.InRange(sum, replicas, replicas + 1));
        Assert.Contains(replicas + 1, sums);
        int[] weights = [.. routers.WeightsOf(done.Status.StableRevision!).Distinct()];
        Assert.Equal([25, 50, 75, 100], weights.Where(w => w > 0));
    }
}
