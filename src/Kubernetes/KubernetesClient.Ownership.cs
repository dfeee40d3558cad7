using System.Text.Json;
using Canario.Kubernetes.Http;
using Canario.Kubernetes.Models;
using Canario.Kubernetes.Ownership;

namespace Canario.Kubernetes;

/// <summary>Who owns which field.</summary>
public sealed partial class KubernetesClient
{
    /// <summary>
    /// Makes the fields that our field manager came to own by <see cref="CreateAsync"/> and <see cref="MergePatchAsync"/> those of an apply. To the API server a manager that updates and one that applies are two, and the
    /// first would keep what the second no longer asks for. Changes nothing else, and nothing at all the second time. (client-go: <c>csaupgrade</c>.)
    /// </summary>
    /// <param name="resourceVersion">The version to adopt; another is a conflict. Null: whichever there is.</param>
    /// <returns>The version that it has afterwards.</returns>
    /// <exception cref="KubernetesException"><see cref="KubernetesError.Conflict"/> when the object is written in between; <see cref="KubernetesError.NotFound"/>.</exception>
    public async Task<string> AdoptFieldsAsync<T>(ResourceType<T> type, string? ns, string name, string? resourceVersion, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        var path = type.ObjectPath(ns, name);
        var owned = await _transport.SendAsync(HttpMethod.Get, path, null, OwnershipJson.Default.OwnedObject, cancellationToken);
        var version = resourceVersion ?? owned.Metadata.ResourceVersion!;
        if (Adoption.Adopt(owned.Metadata.ManagedFields ?? [], Options.FieldManager) is not { } adopted)
            return version;
        // A list is replaced as a whole: the version makes sure that it is the list that was read.
        var patch = new OwnedObject { Metadata = new OwnedMetadata { ResourceVersion = version, ManagedFields = adopted } };
        var body = new Body(JsonSerializer.SerializeToUtf8Bytes(patch, OwnershipJson.Default.OwnedObject), MediaTypes.MergePatch);
        var stored = await _transport.SendAsync(HttpMethod.Patch, $"{path}?{WriteQuery(dryRun: false)}", body, OwnershipJson.Default.OwnedObject, cancellationToken);
        return stored.Metadata.ResourceVersion!;
    }
}
