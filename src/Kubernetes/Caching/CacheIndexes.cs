using Canario.Kubernetes.Models;

namespace Canario.Kubernetes.Caching;

/// <summary>Indexes that most caches want.</summary>
public static class CacheIndexes
{
    /// <summary>Name of <see cref="Owner{T}"/>.</summary>
    public const string OwnerName = "owner";
    /// <summary>Name of <see cref="Namespace{T}"/>.</summary>
    public const string NamespaceName = "namespace";

    /// <summary>By the uid of each owner.</summary>
    public static CacheIndex<T> Owner<T>() where T : class, IKubernetesObject =>
        new(OwnerName, static value => value.Metadata.OwnerReferences is { } owners ? owners.Select(owner => owner.Uid ?? "").Distinct(StringComparer.Ordinal) : []);

    /// <summary>By namespace.</summary>
    public static CacheIndex<T> Namespace<T>() where T : class, IKubernetesObject => new(NamespaceName, static value => [value.Metadata.Namespace ?? ""]);

    /// <summary>By <c>namespace/value</c> of a label; objects without it are not in the index. The index's name is the label's.</summary>
    public static CacheIndex<T> Label<T>(string label) where T : class, IKubernetesObject =>
        new(label, value => value.Metadata.Labels is { } labels && labels.TryGetValue(label, out var text) ? [LabelKey(value.Metadata.Namespace, text)] : []);

    /// <summary>The value under which <see cref="Label{T}"/> finds an object.</summary>
    public static string LabelKey(string? ns, string value) => $"{ns}/{value}";
}
