using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Leadership;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;

namespace Canario.Kubernetes.Tests;

/// <summary>What an API server's absence does; on a control plane of its own.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_cache_catches_up_and_a_leader_stops_in_time_when_the_server_goes_and_comes_back()
    {
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false });
        using var client = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath));
        await client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap("default", "before"), default);
        var cache = new Cache<ConfigMap>();
        var options = new ReflectorOptions<ConfigMap> { Namespace = "default", LongestBackoff = TimeSpan.FromSeconds(1) };
        await using var reflecting = new Running(new Reflector<ConfigMap>(client, Resources.ConfigMaps, cache, options).RunAsync);
        var lease = new LeaderElectionOptions { Namespace = "default", Name = "lock", Identity = "a", RetryPeriod = TimeSpan.FromMilliseconds(200) };
        var elector = new LeaderElector(client, lease);
        long stoppedAt = 0;
        await using var leading = new Running(token => elector.RunAsync(
            async work =>
            {
                await Task.Delay(Timeout.Infinite, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.CompareExchange(ref stoppedAt, TimeProvider.System.GetTimestamp(), 0);
            },
            token));
        await Wait.ForAsync(() => elector.IsLeader && cache.Get("default", "before") is not null, "leading and synced");

        var wentAt = TimeProvider.System.GetTimestamp();
        await plane.StopApiServerAsync();
        await Wait.ForAsync(() => Interlocked.Read(ref stoppedAt) != 0, "the leader stopped");
        Assert.True(TimeProvider.System.GetElapsedTime(wentAt, stoppedAt) < lease.LeaseDuration, "the leader stopped before anybody else could lead");
        Assert.NotNull(cache.Get("default", "before"));

        await plane.StartApiServerAsync();
        await client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap("default", "after"), default);
        await client.DeleteAsync(Resources.ConfigMaps, "default", "before", null, default);
        await Wait.ForAsync(() => cache.Get("default", "after") is not null && cache.Get("default", "before") is null, "the cache caught up");
        await Wait.ForAsync(() => elector.IsLeader, "leading again");

        // The restarted server remembers no change from before its start.
        await AssertGoneAsync(client);
        await AssertListsAgainAsync(client);
    }

    private static async Task AssertGoneAsync(KubernetesClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var gone = await ClientTests.ErrorOf(async () =>
        {
            await foreach (var change in client.WatchAsync(Resources.ConfigMaps, "default", "1", null, limit.Token))
            {
                Assert.Fail($"{change.Type} instead of an error");
            }
        });
        Assert.Equal(KubernetesError.Gone, gone.Error);
    }

    private static async Task AssertListsAgainAsync(KubernetesClient client)
    {
        var cache = new Cache<ConfigMap>();
        cache.Upsert(Some.ConfigMap("default", "deleted-meanwhile"));
        var removed = new List<string>();
        cache.Subscribe(change =>
        {
            if (change.New is null)
            {
                removed.Add(change.Key.Name);
            }
        });
        var reflector = new Reflector<ConfigMap>(client, Resources.ConfigMaps, cache, new ReflectorOptions<ConfigMap> { Namespace = "default" }) { Version = "1" };
        await using var running = new Running(reflector.RunAsync);
        await cache.WaitForSyncAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(cache.Get("default", "after"));
        Assert.Equal(["deleted-meanwhile"], removed);
        Assert.Equal(1, reflector.Lists);
    }
}
