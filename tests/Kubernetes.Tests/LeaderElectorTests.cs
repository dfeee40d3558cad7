using Canario.Kubernetes.Leadership;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class LeaderElectorTests(ClusterFixture cluster)
{
    private int _working;
    private int _together;

    [Fact]
    public async Task Of_two_candidates_one_leads_and_the_other_follows_after_a_clean_hand_over()
    {
        var ns = await cluster.NewNamespaceAsync();
        var a = Elector(ns, "a", TimeSpan.FromSeconds(60));
        var b = Elector(ns, "b", TimeSpan.FromSeconds(60));
        await using var runningB = new Running(token => b.RunAsync(WorkAsync, token));
        await Wait.ForAsync(() => b.IsLeader, "b leads");
        await using var runningA = new Running(token => a.RunAsync(WorkAsync, token));
        await Wait.ForAsync(() => a.Holder == "b", "a has seen that b leads");
        Assert.False(a.IsLeader);
        var at = TimeProvider.System.GetTimestamp();
        await runningB.DisposeAsync();
        await Wait.ForAsync(() => a.IsLeader, "a leads");
        Assert.True(TimeProvider.System.GetElapsedTime(at) < TimeSpan.FromSeconds(50), "the lease was released, not left to run out");
        Assert.Equal(1, (await cluster.Client.GetAsync(Resources.Leases, ns, "lock", default)).Spec!.LeaseTransitions);
        Assert.Equal(0, _together);
    }

    [Fact]
    public async Task A_leader_whose_lease_is_taken_stops_its_work_and_stands_again()
    {
        var ns = await cluster.NewNamespaceAsync();
        var elector = Elector(ns, "a", TimeSpan.FromSeconds(3));
        var stopped = 0;
        await using var running = new Running(token => elector.RunAsync(
            async work =>
            {
                await Task.Delay(Timeout.Infinite, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Increment(ref stopped);
            },
            token));
        await Wait.ForAsync(() => elector.IsLeader, "a leads");
        await cluster.Client.MergePatchAsync(Resources.Leases, ns, "lock", """{"spec":{"holderIdentity":"thief","leaseDurationSeconds":1}}"""u8.ToArray(), default);
        await Wait.ForAsync(() => stopped == 1, "the work was stopped");
        await Wait.ForAsync(() => elector.IsLeader, "the thief never renews, so a leads again");
        Assert.Equal(1, stopped);
    }

    [Fact]
    public async Task Work_that_fails_releases_the_lease_and_its_exception_comes_out()
    {
        var ns = await cluster.NewNamespaceAsync();
        var elector = Elector(ns, "a", TimeSpan.FromSeconds(15));
        await Assert.ThrowsAsync<InvalidOperationException>(() => elector.RunAsync(_ => throw new InvalidOperationException("broken"), default));
        Assert.Equal("", (await cluster.Client.GetAsync(Resources.Leases, ns, "lock", default)).Spec!.HolderIdentity ?? "");
    }

    private LeaderElector Elector(string ns, string identity, TimeSpan lease) =>
        new(cluster.Client, new LeaderElectionOptions { Namespace = ns, Name = "lock", Identity = identity, LeaseDuration = lease, RetryPeriod = TimeSpan.FromMilliseconds(200) });

    private async Task WorkAsync(CancellationToken work)
    {
        if (Interlocked.Increment(ref _working) != 1)
        {
            Interlocked.Increment(ref _together);
        }
        await Task.Delay(Timeout.Infinite, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _working);
    }
}
