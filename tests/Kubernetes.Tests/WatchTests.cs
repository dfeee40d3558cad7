using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class WatchTests(ClusterFixture cluster)
{
    private readonly KubernetesClient _client = cluster.Client;

    [Fact]
    public async Task A_cache_follows_adds_updates_and_deletes_by_label_and_owner()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "early", label: "x"), default);
        var cache = new Cache<ConfigMap>(CacheIndexes.Label<ConfigMap>("app"), CacheIndexes.Owner<ConfigMap>());
        var changes = new List<string>();
        cache.Subscribe(change => changes.Add($"{change.Key.Name} {change.Old?.Data?["key"]}>{change.New?.Data?["key"]}"));
        await using var running = new Running(new Reflector<ConfigMap>(_client, Resources.ConfigMaps, cache, new ReflectorOptions<ConfigMap> { Namespace = ns, LabelSelector = "app" }).RunAsync);
        await cache.WaitForSyncAsync(default).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(cache.Get(ns, "early"));

        var late = Some.ConfigMap(ns, "late", "1", "x");
        late.Metadata.OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "early", Uid = "00000000-1111-2222-3333-444444444444" }];
        await _client.CreateAsync(Resources.ConfigMaps, late, default);
        await Wait.ForAsync(() => cache.ByIndex("app", CacheIndexes.LabelKey(ns, "x")).Count == 2, "both are found by label");
        Assert.Equal("late", Assert.Single(cache.ByIndex(CacheIndexes.OwnerName, "00000000-1111-2222-3333-444444444444")).Metadata.Name);

        await _client.ApplyAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "early", "2", "y"), default);
        await Wait.ForAsync(() => cache.ByIndex("app", CacheIndexes.LabelKey(ns, "y")).Count == 1, "the update moved it to the other label");
        Assert.Equal("late", Assert.Single(cache.ByIndex("app", CacheIndexes.LabelKey(ns, "x"))).Metadata.Name);

        await _client.DeleteAsync(Resources.ConfigMaps, ns, "late", null, default);
        await Wait.ForAsync(() => cache.Get(ns, "late") is null, "the delete arrived");
        Assert.Empty(cache.ByIndex(CacheIndexes.OwnerName, "00000000-1111-2222-3333-444444444444"));
        await Wait.ForAsync(() => changes.Count == 4, "four changes");
        Assert.Equal(["early >1", "late >1", "early 1>2", "late 1>"], changes);
    }

    [Fact]
    public async Task A_watch_that_ends_is_resumed_without_listing_again()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var client = cluster.Connect(new KubernetesClientOptions { WatchLifetime = TimeSpan.FromSeconds(1) });
        var cache = new Cache<ConfigMap>();
        var reflector = new Reflector<ConfigMap>(client, Resources.ConfigMaps, cache, new ReflectorOptions<ConfigMap> { Namespace = ns });
        await using var running = new Running(reflector.RunAsync);
        await Wait.ForAsync(() => reflector.Watches >= 3, "two watches have ended");
        await client.CreateAsync(Resources.ConfigMaps, Some.ConfigMap(ns, "a"), default);
        await Wait.ForAsync(() => cache.Get(ns, "a") is not null, "the change arrived");
        Assert.Equal(1, reflector.Lists);
    }

    [Fact]
    public async Task A_silent_watch_is_broken_off()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var client = cluster.Connect(new KubernetesClientOptions { WatchIdle = TimeSpan.FromSeconds(1) });
        var list = await client.ListAsync(Resources.ConfigMaps, ns, null, default);
        var error = await ClientTests.ErrorOf(async () =>
        {
            await foreach (var _ in client.WatchAsync(Resources.ConfigMaps, ns, list.Metadata.ResourceVersion!, null, CancellationToken.None))
            {
            }
        });
        Assert.Equal(KubernetesError.Unavailable, error.Error);
        Assert.Contains("nothing came", error.Message, StringComparison.Ordinal);
    }
}
