using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class RevisionHistoryTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Of_five_rollouts_the_two_newest_are_kept_beside_those_in_use()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await Models.CreateAsync(cluster.Client, ns);
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"revisionHistoryLimit":2}}""");
        List<string> revisions = [(await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!];
        for (var version = 2; version <= 5; version++)
        {
            await Models.SetModelAsync(cluster.Client, ns, $"v{version}");
            revisions.Add((await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!);
        }

        await ExpectAsync(ns, [.. revisions[^3..]]);

        // A candidate is in use too: nothing that spec or traffic needs is counted as old.
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"strategy":{"canary":{"steps":[{"weight":20,"hold":{"duration":"0s","manual":true}}]}}}}""");
        await Models.SetModelAsync(cluster.Client, ns, "v6");
        var paused = await Models.WaitAsync(cluster.Client, ns, "paused at 20 %", d => d.Status!.Phase == nameof(RolloutPhase.Paused) && d.Status.WeightInForce == true);
        await ExpectAsync(ns, [.. revisions[^3..], paused.Status!.CandidateRevision!]);
        await Models.CommandAsync(cluster.Client, ns, $"promote/{paused.Status.CandidateRevision}/1");
        await Models.WaitReadyAsync(cluster.Client, ns);
        await ExpectAsync(ns, [.. revisions[^2..], paused.Status.CandidateRevision!]);
    }

    /// <summary>In their order: the numbers of the history go on rising.</summary>
    private async Task ExpectAsync(string ns, string[] revisions)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var stored = (await cluster.Client.ListAsync(Resources.ControllerRevisions, ns, null, default)).Items;
                seen = string.Join(' ', stored.OrderBy(r => r.Revision).Select(r => r.Metadata.Name));
                return seen == string.Join(' ', revisions);
            },
            $"the history is {string.Join(' ', revisions)}",
            seen: () => seen);
    }
}
