using System.Collections.Concurrent;
using Canario.Kubernetes;
using Canario.Operator.Api;

namespace Canario.Operator.Reconcile;

/// <summary>A status that was just written is newer than the cache. Acting on the older one would put the older weights back for a moment.</summary>
sealed class StatusOverlay
{
    private readonly ConcurrentDictionary<ObjectKey, Written> _written = new();

    public ModelDeployment Newest(ModelDeployment cached)
    {
        var key = ObjectKey.Of(cached);
        if (!_written.TryGetValue(key, out var written))
            return cached;
        if (written.Over.Contains(cached.Metadata.ResourceVersion!) && written.Stored.Metadata.Uid == cached.Metadata.Uid)
            return written.Stored;
        _written.TryRemove(key, out _);
        return cached;
    }

    public void Remember(string over, ModelDeployment stored)
    {
        var key = ObjectKey.Of(stored);
        // A chain of writes that the cache has seen none of yet.
        var before = _written.TryGetValue(key, out var known) && known.Stored.Metadata.ResourceVersion == over ? known.Over : [];
        _written[key] = new Written([.. before, over], stored);
    }

    public void Forget(ObjectKey key) => _written.TryRemove(key, out _);

    private sealed record Written(HashSet<string> Over, ModelDeployment Stored);
}
