using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class KillTests(ClusterFixture cluster)
{
    /// <summary>Namespaces at once: the API server is the bottleneck.</summary>
    private const int AtOnce = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kill_at_any_write_of_a_rollout_ends_in_the_same_state(bool afterTheWrite)
    {
        var (expected, writes) = await RolloutAsync(int.MaxValue, afterTheWrite, null);
        Assert.InRange(writes, 15, 400);

        var next = 0;
        var different = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var killAt && killAt <= writes)
            {
                var (end, _) = await RolloutAsync(killAt, afterTheWrite, expected);
                if (end != expected)
                {
                    lock (different)
                        different.Add($"kill at write {killAt}: {end}");
                }
            }
        }));

        Assert.True(different.Count == 0, $"expected {expected}\n{string.Join('\n', different)}");
    }

    /// <param name="expected">The end that is waited for; null: it is not known yet.</param>
    private async Task<(string End, int Writes)> RolloutAsync(int killAt, bool afterTheWrite, string? expected)
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var pods = new PodPlayer(cluster.Client, ns);
        KillingHandler handler = null!;
        var first = await RunningOperator.StartAsync(cluster, ns, inner => handler = new KillingHandler(inner, killAt, afterTheWrite));
        using var over = new CancellationTokenSource();
        var restart = RestartAsync();
        try
        {
            await Models.CreateAsync(cluster.Client, ns);
            var revision = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!;
            await Models.SetModelAsync(cluster.Client, ns, "v2");
            await Models.WaitAsync(cluster.Client, ns, "promoted", d => d.Status!.StableRevision != revision && Models.Is(d, ConditionTypes.Ready));
            await Eventually.TrueAsync(
                async () => await cluster.Client.FindAsync(Resources.Deployments, ns, revision, default) is null && await cluster.Client.FindAsync(Resources.Services, ns, revision, default) is null,
                "the old revision is gone");
            return (await WaitForEndAsync(ns, expected), handler.Writes);
        }
        finally
        {
            await over.CancelAsync();
            await using var last = await restart;
        }

        async Task<RunningOperator> RestartAsync()
        {
            await handler.Killed.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!handler.Killed.IsCompleted)
                return first;
            await first.DisposeAsync();
            return await RunningOperator.StartAsync(cluster, ns);
        }
    }

    private async Task<string> WaitForEndAsync(string ns, string? expected)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var end = await DescribeAsync(ns);
            if (expected is null || end == expected || TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
                return end;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>All that must be the same however it came about: no times, versions or uids.</summary>
    private async Task<string> DescribeAsync(string ns)
    {
        var deployment = await Models.GetAsync(cluster.Client, ns);
        var status = deployment.Status!;
        var objects = new List<string>();
        objects.AddRange((await cluster.Client.ListAsync(Resources.Deployments, ns, null, default)).Items.Select(d => $"{d.Metadata.Name}*{d.Spec!.Replicas}"));
        objects.AddRange((await cluster.Client.ListAsync(Resources.Services, ns, null, default)).Items.Select(s => $"service {s.Metadata.Name}"));
        objects.AddRange((await cluster.Client.ListAsync(Resources.ControllerRevisions, ns, null, default)).Items.Select(r => $"history {r.Metadata.Name}#{r.Revision}"));
        objects.Sort(StringComparer.Ordinal);
        var history = string.Join(",", (status.History ?? []).Select(h => $"{h.Revision}:{h.Outcome}"));
        return $"{status.Phase} {status.Reason} {status.StableRevision} {status.Port} rejected {status.Rejected?.Count ?? 0} history {history} rollout {status.Rollout!.Phase is RolloutPhase.Healthy} | {string.Join(' ', objects)}";
    }
}
