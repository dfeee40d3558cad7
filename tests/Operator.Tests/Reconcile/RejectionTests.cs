using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

[Collection(ClusterGroup.Name)]
public sealed class RejectionTests(ClusterFixture cluster)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, byte> _sound = new();
    private long _firstReport;

    [Fact]
    public async Task A_crash_looping_candidate_gets_no_traffic_and_is_rejected_for_good()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var history = new RouterHistory(cluster.Client, ns);
        await using var pods = new PodPlayer(cluster.Client, ns, StateOf);
        await using var running = await RunningOperator.StartAsync(cluster, ns);
        await Models.CreateAsync(cluster.Client, ns);
        var stable = (await Models.WaitReadyAsync(cluster.Client, ns)).Status!.StableRevision!;
        _sound[stable] = 0;

        await Models.SetModelAsync(cluster.Client, ns, "broken");
        var rejected = await Models.WaitAsync(cluster.Client, ns, "rejected", d => d.Status!.Rejected is { Count: 1 });
        Assert.InRange(TimeProvider.System.GetElapsedTime(Interlocked.Read(ref _firstReport)), TimeSpan.Zero, s_longest);
        var bad = rejected.Status!.Rejected![0];
        rejected = await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, ns, bad.Revision, default) is null, "its Deployment is gone");

        Assert.Equal("ModelLoadFailed", bad.Reason);
        Assert.Contains("opset 99", rejected.Status!.Message, StringComparison.Ordinal);
        Assert.Equal(stable, rejected.Status.StableRevision);
        Assert.True(Models.Is(rejected, ConditionTypes.Stalled));
        Assert.All(history.WeightsOf(bad.Revision), weight => Assert.Equal(0, weight));
        await TheSameYamlAgainChangesNothing(ns, running);
        await AnotherSpecStartsAnew(ns, bad.Revision);
    }

    private async Task TheSameYamlAgainChangesNothing(string ns, RunningOperator running)
    {
        var before = await Models.GetAsync(cluster.Client, ns);
        var writes = await running.RestAsync();
        await Models.SetModelAsync(cluster.Client, ns, "broken");
        // A change that the operator must look at, unlike the same YAML, which the API server does not even store.
        await Models.PatchAsync(cluster.Client, ns, """{"metadata":{"annotations":{"touched":"yes"}}}""");
        await Models.PatchAsync(cluster.Client, ns, """{"spec":{"replicas":3}}""");
        var after = await Models.WaitAsync(cluster.Client, ns, "the new generation is seen", d => d.Status!.ObservedGeneration > before.Status!.ObservedGeneration);

        Assert.Equal(nameof(RolloutPhase.RolledBack), after.Status!.Phase);
        Assert.Equal(before.Status!.Rejected, after.Status.Rejected);
        // Status and stable's replicas.
        Assert.InRange(await running.SettleAsync() - writes, 1, 6);
    }

    private async Task AnotherSpecStartsAnew(string ns, string bad)
    {
        await Models.SetModelAsync(cluster.Client, ns, "mended");
        var revision = (await Models.WaitAsync(cluster.Client, ns, "a new candidate", d => d.Status!.CandidateRevision is { } c && c != bad)).Status!.CandidateRevision!;
        // It crashes as well, and is judged for itself.
        var again = await Models.WaitAsync(cluster.Client, ns, "rolled back", d => d.Status!.Rejected!.Any(r => r.Revision == revision));
        Assert.Equal(2, again.Status!.Rejected!.Count);
    }

    private string StateOf(Pod pod)
    {
        var revision = PodPlayer.RevisionOf(pod);
        if (revision.Length == 0 || _sound.IsEmpty || _sound.ContainsKey(revision))
            return PodPlayer.Ready;
        Interlocked.CompareExchange(ref _firstReport, TimeProvider.System.GetTimestamp(), 0);
        return PodPlayer.CrashLoop;
    }
}
