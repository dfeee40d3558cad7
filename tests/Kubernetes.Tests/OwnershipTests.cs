using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Tests;

[Collection(ClusterGroup.Name)]
public sealed class OwnershipTests(ClusterFixture cluster)
{
    private readonly KubernetesClient _client = cluster.Client;

    [Fact]
    public async Task An_apply_removes_a_field_that_was_created_only_once_it_is_adopted()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Map(ns, "key", "more"), default);
        Assert.Equal(["key", "more"], (await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "key", "more"), default)).Data!.Keys);
        Assert.Equal(["key", "more"], (await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "key"), default)).Data!.Keys.Order());

        await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "key", "more"), default);
        await _client.AdoptFieldsAsync(Resources.ConfigMaps, ns, "a", null, default);

        Assert.Equal(["key"], (await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "key"), default)).Data!.Keys);
    }

    [Fact]
    public async Task What_another_manager_owns_stays_its_own()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Map(ns, "key", "more"), default);
        await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "theirs"), default, fieldManager: "somebody");
        await _client.AdoptFieldsAsync(Resources.ConfigMaps, ns, "a", null, default);
        Assert.Equal(["key", "theirs"], (await _client.ApplyAsync(Resources.ConfigMaps, Map(ns, "key"), default)).Data!.Keys.Order());
    }

    [Fact]
    public async Task Adopting_again_writes_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        await _client.CreateAsync(Resources.ConfigMaps, Map(ns, "key"), default);
        var first = await _client.AdoptFieldsAsync(Resources.ConfigMaps, ns, "a", null, default);
        var writes = _client.Writes;
        Assert.Equal(first, await _client.AdoptFieldsAsync(Resources.ConfigMaps, ns, "a", null, default));
        Assert.Equal(writes, _client.Writes);
        Assert.Equal(first, (await _client.GetAsync(Resources.ConfigMaps, ns, "a", default)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_write_in_between_is_a_conflict()
    {
        var ns = await cluster.NewNamespaceAsync();
        var before = await _client.CreateAsync(Resources.ConfigMaps, Map(ns, "key"), default);
        await _client.MergePatchAsync(Resources.ConfigMaps, ns, "a", """{"data":{"other":"2"}}"""u8.ToArray(), default);
        var e = await Assert.ThrowsAsync<KubernetesException>(() => _client.AdoptFieldsAsync(Resources.ConfigMaps, ns, "a", before.Metadata.ResourceVersion, default));
        Assert.Equal(KubernetesError.Conflict, e.Error);
    }

    private static ConfigMap Map(string ns, params string[] keys) => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = "a" },
        Data = keys.ToDictionary(k => k, _ => "1"),
    };
}
