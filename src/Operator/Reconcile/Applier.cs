using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Reconcile;

/// <summary>Applies objects that are not as they should be, and only those.</summary>
sealed class Applier(KubernetesClient client)
{
    /// <summary>Hash of the manifest as applied: tells a field that is no longer wanted, which a comparison with the live object cannot see.</summary>
    public const string HashAnnotation = "canario.dev/applied";

    private readonly ConcurrentDictionary<(string Kind, ObjectKey Key), Applied> _applied = new();

    /// <param name="live">From the cache; null when it has none.</param>
    /// <exception cref="ObstacleException">The object exists and has another owner, or none.</exception>
    public async Task ApplyAsync<T>(ResourceType<T> type, T desired, T? live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var manifest = JsonSerializer.SerializeToElement(desired, type.ObjectJson);
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.JsonElement)))[..16];
        var key = (type.Kind, ObjectKey.Of(desired));
        // An object on its way out is made anew once it is gone; its end is an event.
        if (live?.Metadata.DeletionTimestamp is not null)
            return;
        if (live is not null)
        {
            RequireSameOwner(type.Kind, desired, live);
            if (IsAsWanted(type, manifest, hash, key, live))
                return;
        }

        var annotations = new SortedDictionary<string, string>(desired.Metadata.Annotations?.ToDictionary() ?? [], StringComparer.Ordinal) { [HashAnnotation] = hash };
        desired.Metadata = desired.Metadata with { Annotations = annotations };
        var stored = await StoreAsync(type, desired, exists: live is not null, cancellationToken);
        // What still differs is how the server writes it ("0.5" of a CPU becomes "500m"), and applying it again would not change that.
        var tolerated = Drift.Find(manifest, JsonSerializer.SerializeToElement(stored, type.ObjectJson));
        _applied[key] = new Applied(hash, live?.Metadata.ResourceVersion, stored.Metadata.ResourceVersion, tolerated);
    }

    /// <summary>Deletes it if it is there, and only the very object that was seen.</summary>
    public async Task DeleteAsync<T>(ResourceType<T> type, T? live, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (live is null)
            return;
        _applied.TryRemove((type.Kind, ObjectKey.Of(live)), out _);
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
    }

    private bool IsAsWanted<T>(ResourceType<T> type, JsonElement manifest, string hash, (string, ObjectKey) key, T live) where T : class, IKubernetesObject
    {
        var known = _applied.GetValueOrDefault(key);
        var sameManifest = known?.Hash == hash;
        var version = live.Metadata.ResourceVersion;
        // The cache still shows what was applied over, or shows what was compared before.
        if (sameManifest && (version == known!.Over || version == known.Compared))
            return true;
        if (live.Metadata.Annotations?.GetValueOrDefault(HashAnnotation) != hash)
            return false;
        var differences = Drift.Find(manifest, JsonSerializer.SerializeToElement(live, type.ObjectJson));
        if (!differences.IsSubsetOf(sameManifest ? known!.Tolerated : new HashSet<string>()))
            return false;
        _applied[key] = new Applied(hash, null, version, sameManifest ? known!.Tolerated : differences);
        return true;
    }

    private async Task<T> StoreAsync<T>(ResourceType<T> type, T desired, bool exists, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        try
        {
            // Force only over what is known to be ours: an object of the same name that somebody else made would otherwise be taken over.
            return await client.ApplyAsync(type, desired, cancellationToken, force: exists);
        }
        catch (KubernetesException e) when (!exists && e.Error == KubernetesError.Conflict)
        {
            var found = await client.GetAsync(type, desired.Metadata.Namespace, desired.Metadata.Name!, cancellationToken);
            RequireSameOwner(type.Kind, desired, found);
            return await client.ApplyAsync(type, desired, cancellationToken, force: true);
        }
    }

    private static void RequireSameOwner(string kind, IKubernetesObject desired, IKubernetesObject live)
    {
        var owner = desired.Metadata.OwnerReferences is [{ Uid: { } uid }, ..] ? uid : null;
        var isOurs = owner is null
            ? live.Metadata.Labels?.GetValueOrDefault(Contract.Labels.ManagedBy) == Contract.Labels.ManagedByCanario
            : live.Metadata.OwnerReferences?.Any(o => o.Uid == owner) == true;
        if (!isOurs)
            throw new ObstacleException(Obstacles.NameTaken, $"{kind} {desired.Metadata.Name} exists already and does not belong to this ModelDeployment; delete it, or use another name");
    }

    /// <param name="Over">Resource version that was applied over: the cache may show it for some moments.</param>
    /// <param name="Compared">Resource version that is known to be as wanted.</param>
    private sealed record Applied(string Hash, string? Over, string? Compared, IReadOnlySet<string> Tolerated);
}
