using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Reconcile;

/// <summary>Applies objects that are not as they should be, and only those.</summary>
sealed class Applier(KubernetesClient client)
{
    /// <summary>Hash of the manifest as applied: tells a field that is no longer wanted, which a comparison with the live object cannot see.</summary>
    public const string HashAnnotation = "canario.dev/applied";

    /// <summary>Before the hash of an object that was created and never applied since: to the API server its fields are not an apply's yet.</summary>
    private const string CreatedMark = "created-";

    private readonly ConcurrentDictionary<(string Kind, ObjectKey Key), Applied> _applied = new();

    /// <summary>What the manifests in <see cref="_applied"/> were built from.</summary>
    private readonly ConcurrentDictionary<(string Kind, ObjectKey Key), object> _sources = new();

    /// <summary>Each write of an object comes back as an event, and most events change nothing: what was built from the same, and is as it was, is not even built.</summary>
    /// <param name="sources">All that <paramref name="build"/> depends on, equal by value.</param>
    public async Task ApplyAsync<T>(ResourceType<T> type, ObjectKey key, object sources, Func<T> build, T? live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (IsApplied(type, key, sources, live))
            return;
        _sources.TryRemove((type.Kind, key), out _);
        await ApplyAsync(type, build(), live, cancellationToken);
        _sources[(type.Kind, key)] = sources;
    }

    /// <summary>The live object was applied, or compared, with a manifest from these sources, and nobody has written it since.</summary>
    public bool IsApplied<T>(ResourceType<T> type, ObjectKey key, object sources, T? live) where T : class, IKubernetesObject =>
        live is { Metadata: { DeletionTimestamp: null, ResourceVersion: { } version } }
        && _applied.TryGetValue((type.Kind, key), out var known)
        && (version == known.Over || version == known.Compared)
        && _sources.TryGetValue((type.Kind, key), out var before)
        && before.Equals(sources);

    /// <param name="live">From the cache; null when it has none.</param>
    /// <exception cref="ObstacleException">The object exists and has another owner, or none.</exception>
    public async Task ApplyAsync<T>(ResourceType<T> type, T desired, T? live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var manifest = JsonSerializer.SerializeToElement(desired, type.ObjectJson);
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.JsonElement)))[..16];
        var key = (type.Kind, ObjectKey.Of(desired));
        if (live is null && await TryCreateAsync(type, desired, hash, cancellationToken) is { } created)
        {
            _applied[key] = new Applied(hash, null, created.Metadata.ResourceVersion, Differences(type, manifest, created));
            return;
        }

        // The cache holds only what has the operator's label. Applied to an object of somebody else, even without force, the manifest would be merged into it, owner and all.
        live ??= await client.GetAsync(type, desired.Metadata.Namespace, desired.Metadata.Name!, cancellationToken);
        RequireSameOwner(type.Kind, desired, live);
        // An object on its way out is made anew once it is gone; its end is an event.
        if (live.Metadata.DeletionTimestamp is not null || IsAsWanted(type, manifest, hash, key, live))
            return;
        // With the version, an addition in between is a conflict, and no difference to be tolerated below.
        var version = (await RemoveAdditionsAsync(type, manifest, live, cancellationToken))?.Metadata.ResourceVersion;
        if (IsCreated(live))
            version = await client.AdoptFieldsAsync(type, live.Metadata.Namespace, live.Metadata.Name!, version, cancellationToken);
        var stored = await client.ApplyAsync(type, Mark(desired, hash, version), cancellationToken);
        // What still differs is how the server writes it ("0.5" of a CPU becomes "500m"), or an admission webhook's will, and applying it again would not change that.
        _applied[key] = new Applied(hash, live.Metadata.ResourceVersion, stored.Metadata.ResourceVersion, Differences(type, manifest, stored));
    }

    /// <summary>Deletes it if it is there, and only the very object that was seen.</summary>
    public async Task DeleteAsync<T>(ResourceType<T> type, T? live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (live is null)
            return;
        _applied.TryRemove((type.Kind, ObjectKey.Of(live)), out _);
        _sources.TryRemove((type.Kind, ObjectKey.Of(live)), out _);
        if (live.Metadata.DeletionTimestamp is not null)
            return;
        try
        {
            var options = new DeleteOptions { Uid = live.Metadata.Uid, Propagation = Propagation.Background };
            await client.DeleteAsync(type, live.Metadata.Namespace, live.Metadata.Name!, options, cancellationToken);
        }
        catch (KubernetesException e) when (e.Error is KubernetesError.NotFound or KubernetesError.Conflict)
        {
            // Gone already, or another object of that name by now: the cache will tell.
        }
    }

    /// <summary>Forgets a model's objects.</summary>
    public void Forget(Func<ObjectKey, bool> chosen)
    {
        foreach (var key in _applied.Keys.Where(k => chosen(k.Key)))
            _applied.TryRemove(key, out _);
        foreach (var key in _sources.Keys.Where(k => chosen(k.Key)))
            _sources.TryRemove(key, out _);
    }

    /// <summary>A create costs the API server little more than half of an apply, and cannot be merged into what somebody else made. Null: there is one of that name.</summary>
    private async Task<T?> TryCreateAsync<T>(ResourceType<T> type, T desired, string hash, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        try
        {
            return await client.CreateAsync(type, Mark(desired, CreatedMark + hash, null), cancellationToken);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.AlreadyExists)
        {
            return null;
        }
    }

    private static T Mark<T>(T desired, string mark, string? version) where T : class, IKubernetesObject
    {
        var annotations = new SortedDictionary<string, string>(desired.Metadata.Annotations?.ToDictionary() ?? [], StringComparer.Ordinal) { [HashAnnotation] = mark };
        desired.Metadata = desired.Metadata with { Annotations = annotations, ResourceVersion = version };
        return desired;
    }

    private static bool IsCreated(IKubernetesObject live) => live.Metadata.Annotations?.GetValueOrDefault(HashAnnotation)?.StartsWith(CreatedMark, StringComparison.Ordinal) == true;

    private bool IsAsWanted<T>(ResourceType<T> type, JsonElement manifest, string hash, (string, ObjectKey) key, T live) where T : class, IKubernetesObject
    {
        var known = _applied.GetValueOrDefault(key);
        var sameManifest = known?.Hash == hash;
        var version = live.Metadata.ResourceVersion;
        // The cache still shows what was applied over, or shows what was compared before.
        if (sameManifest && (version == known!.Over || version == known.Compared))
            return true;
        if (live.Metadata.Annotations?.GetValueOrDefault(HashAnnotation) is not { } mark || (mark != hash && mark != CreatedMark + hash))
            return false;
        var differences = Differences(type, manifest, live);
        if (!differences.IsSubsetOf(sameManifest ? known!.Tolerated : new HashSet<string>()))
            return false;
        _applied[key] = new Applied(hash, null, version, sameManifest ? known!.Tolerated : differences);
        return true;
    }

    /// <summary>The object without them; null: there were none that could be taken out.</summary>
    private async Task<T?> RemoveAdditionsAsync<T>(ResourceType<T> type, JsonElement manifest, T live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (Additions.Find(type.Kind, manifest, JsonSerializer.SerializeToElement(live, type.ObjectJson), new HashSet<string>()) is not { } patch)
            return null;
        patch["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion };
        return await client.MergePatchAsync(type, live.Metadata.Namespace, live.Metadata.Name!, Encoding.UTF8.GetBytes(patch.ToJsonString()), cancellationToken);
    }

    private static HashSet<string> Differences<T>(ResourceType<T> type, JsonElement manifest, T live) where T : class, IKubernetesObject
    {
        var json = JsonSerializer.SerializeToElement(live, type.ObjectJson);
        var found = new HashSet<string>(Drift.Find(manifest, json), StringComparer.Ordinal);
        Additions.Find(type.Kind, manifest, json, found);
        return found;
    }

    private static void RequireSameOwner(string kind, IKubernetesObject desired, IKubernetesObject live)
    {
        var owner = desired.Metadata.OwnerReferences is [{ Uid: { } uid }, ..] ? uid : null;
        var isOurs = owner is null
            ? live.Metadata.Labels?.GetValueOrDefault(Contract.Labels.ManagedBy) == Contract.Labels.ManagedByCanario
            : live.Metadata.OwnerReferences?.Any(o => o.Uid == owner) == true;
        if (!isOurs)
            throw new ObstacleException(Obstacles.NameTaken, $"{kind} {desired.Metadata.Name} exists already and {(owner is null ? "is not Canario's; delete it" : "does not belong to this ModelDeployment; delete it, or use another name")}");
    }

    /// <param name="Over">Resource version that was applied over: the cache may show it for some moments.</param>
    /// <param name="Compared">Resource version that is known to be as wanted.</param>
    private sealed record Applied(string Hash, string? Over, string? Compared, IReadOnlySet<string> Tolerated);
}
