using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class EventTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Promotion_rejection_and_rollback_are_told_on_the_object_each_once()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns, PodPlayer.ByImage);
        ModelDeployment last;
        string promoted;
        await using (await RunningOperator.StartAsync(cluster, ns))
        {
            await Models.CreateAsync(cluster.Client, ns);
            await Models.WaitReadyAsync(cluster.Client, ns);
            await Models.SetModelAsync(cluster.Client, ns, "v2");
            promoted = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!;
            await Models.SetBrokenAsync(cluster.Client, ns);
            last = await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
            // Told just after it is stored: an operator that is stopped in between does not tell it.
            await Eventually.TrueAsync(async () => (await ToldAsync(last, ns)).Exists(e => e.Reason == RolloutReasons.RolledBack), "the rollback is told");
        }

        // A stopped operator has written what it had to tell. Another one finds nothing new in what it sees.
        await using (var again = await RunningOperator.StartAsync(cluster, ns))
        {
            await Models.PatchAsync(cluster.Client, ns, """{"spec":{"revisionHistoryLimit":9}}""");
            await Models.WaitAsync(cluster.Client, ns, "the new generation is seen", d => d.Status!.ObservedGeneration == d.Metadata.Generation);
            await again.SettleAsync();
        }

        var told = await ToldAsync(last, ns);
        var rejected = Assert.Single(last.Status!.Rejected!);
        Assert.Contains(promoted, Single(told, RolloutReasons.Promoted, "Normal", promoted).Message, StringComparison.Ordinal);
        Single(told, RolloutReasons.RolledBack, "Warning", rejected.Revision);
        Assert.Contains("opset 99", Single(told, rejected.Reason!, "Warning", rejected.Revision).Message, StringComparison.Ordinal);
        Assert.All(told, e => Assert.True((e.Count ?? 1) == 1, $"{e.Reason} {e.Count} times: {e.Message}"));
        Assert.Equal(told.Count, told.Select(e => (e.Reason, e.Message)).Distinct().Count());
    }

    private async Task<List<Event>> ToldAsync(ModelDeployment about, string ns) =>
        (await cluster.Client.ListAsync(Resources.Events, ns, null, default)).Items.FindAll(e => e.InvolvedObject is { Kind: ModelDeployment.KindName } its && its.Uid == about.Metadata.Uid);

    private static Event Single(List<Event> told, string reason, string type, string revision)
    {
        var found = Assert.Single(told, e => e.Reason == reason && e.Message!.Contains(revision, StringComparison.Ordinal));
        Assert.Equal(type, found.Type);
        return found;
    }
}
