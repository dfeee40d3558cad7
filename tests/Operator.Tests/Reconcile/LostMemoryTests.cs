using System.Text;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class LostMemoryTests(ClusterFixture cluster)
{
    private const string Other = "other";

    [Fact]
    public async Task A_memory_that_cannot_be_read_is_made_again_from_what_is_observed_and_stops_no_other_model()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await Models.CreateAsync(cluster.Client, ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision;
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"strategy":{"canary":{"steps":[{"weight":30,"hold":{"duration":"0s","manual":true}}]}}}}""");
        await Models.SetModelAsync(cluster.Client, ns, "v2");
        var paused = await WaitPausedAsync(ns, after: null);

        await BreakAsync(ns, """{"status":{"rollout":{"phase":"Flying"}}}""");
        var again = await WaitPausedAsync(ns, after: paused);
        Assert.Equal((stable, paused.Status!.CandidateRevision), (again.Status!.StableRevision, again.Status.CandidateRevision));
        await Eventually.TrueAsync(
            async () => (await cluster.Client.ListAsync(Resources.Events, ns, null, default)).Items.Any(e => e.Reason == RolloutReasons.StateUnreadable && e.Message!.Contains($"{stable} serves", StringComparison.Ordinal)),
            "it is told");

        // Gone altogether, which must not be taken for a model that was never seen: that one's first revision has all traffic at once.
        await BreakAsync(ns, """{"status":{"rollout":null}}""");
        again = await WaitPausedAsync(ns, after: again);
        Assert.Equal(stable, again.Status!.StableRevision);

        await Models.CreateAsync(cluster.Client, ns, Other);
        await Eventually.TrueAsync(async () => Models.Is(await Models.GetAsync(cluster.Client, ns, Other), ConditionTypes.Ready), "another model is served");
    }

    [Fact]
    public async Task An_operator_that_starts_beside_a_memory_that_cannot_be_read_serves_all()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using (await RunningOperator.StartAsync(cluster, ns))
        {
            await Models.CreateAsync(cluster.Client, ns);
            await Models.WaitReadyAsync(cluster.Client, ns);
        }

        await BreakAsync(ns, """{"status":{"rollout":{"weight":"a lot","stepIndex":-1}}}""");
        await Models.CreateAsync(cluster.Client, ns, Other);
        await using var second = await RunningOperator.StartAsync(cluster, ns);

        await Eventually.TrueAsync(async () => Models.Is(await Models.GetAsync(cluster.Client, ns, Other), ConditionTypes.Ready), "another model is served");
        await Models.WaitAsync(cluster.Client, ns, "the memory is whole", d => d.Status!.Rollout is { Reason: RolloutReasons.Healthy, Phase: RolloutPhase.Healthy });
    }

    private Task<ModelDeployment> WaitPausedAsync(string ns, ModelDeployment? after) => Models.WaitAsync(
        cluster.Client,
        ns,
        "paused at 30 %",
        d => d.Status is { Phase: nameof(RolloutPhase.Paused), WeightInForce: true, Weight: 30, Rollout.Reason: RolloutReasons.ManualHold }
            && (after is null || d.Status.RolloutStartedAt > after.Status!.RolloutStartedAt));

    private Task BreakAsync(string ns, string json) =>
        cluster.Client.MergePatchAsync(ModelDeployments.Resource, ns, Models.Name, Encoding.UTF8.GetBytes(json), default, "status");
}
