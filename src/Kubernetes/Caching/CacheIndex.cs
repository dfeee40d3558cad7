using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Caching;

/// <summary>A second way to find objects in a <see cref="Cache{T}"/>.</summary>
/// <param name="Name">Given to <see cref="Cache{T}.ByIndex"/>.</param>
/// <param name="ValuesOf">Pure. An object may have any number of values, each at most once.</param>
public sealed record CacheIndex<T>(string Name, Func<T, IEnumerable<string>> ValuesOf) where T : class, IKubernetesObject;
