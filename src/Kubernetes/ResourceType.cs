using System.Text.Json.Serialization.Metadata;
using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>Where a kind of object lives in the API and how it is serialised. Custom resources make their own, with the <see cref="JsonTypeInfo{T}"/> of their own source-generated context (camelCase, nulls not written).</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Such as <c>v1</c>.</param>
/// <param name="Plural">The resource's name in URLs, such as <c>deployments</c>.</param>
/// <param name="Kind">Such as <c>Deployment</c>.</param>
/// <param name="Namespaced">False for objects of the cluster.</param>
public sealed record ResourceType<T>(
    string Group, string Version, string Plural, string Kind, bool Namespaced, JsonTypeInfo<T> ObjectJson, JsonTypeInfo<KubernetesList<T>> ListJson)
    where T : class, IKubernetesObject
{
    /// <summary>Such as <c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Relative URL of all objects of the kind, of a namespace or (null) of all namespaces.</summary>
    internal string CollectionPath(string? ns)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        if (ns is not null && !Namespaced)
        {
            throw new ArgumentException($"{Kind} is not namespaced, but namespace '{ns}' was given.", nameof(ns));
        }
        return ns is null ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}";
    }

    /// <summary>Relative URL of one object, or of a subresource of it.</summary>
    internal string ObjectPath(string? ns, string name, string? subresource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Namespaced)
        {
            ArgumentException.ThrowIfNullOrEmpty(ns);
        }
        var path = $"{CollectionPath(Namespaced ? ns : null)}/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
