using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Caching;

/// <summary>What a <see cref="Reflector{T}"/> follows and keeps.</summary>
public sealed record ReflectorOptions<T> where T : class, IKubernetesObject
{
    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    /// <summary>Applied to each object before it is kept, to drop what nobody reads. It may change the object it gets.</summary>
    public Func<T, T>? Transform { get; init; }
    /// <summary>Objects a page of a list.</summary>
    public int PageSize { get; init; } = 500;
    /// <summary>First wait after a failure; doubles, plus up to as much again by chance, so that clients of a restarted server do not come all at once.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);
}
