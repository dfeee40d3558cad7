using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Caching;

/// <summary>What happened to one object: added (no old), updated, or deleted (no new).</summary>
public readonly record struct CacheChange<T>(T? Old, T? New) where T : class, IKubernetesObject
{
    public T Current => New ?? Old!;

    public ObjectKey Key => ObjectKey.Of(Current);
}
