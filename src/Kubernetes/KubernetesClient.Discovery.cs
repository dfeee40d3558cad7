using Canario.Kubernetes.Models;
using Canario.Kubernetes.Models.Discovery;

namespace Canario.Kubernetes;

/// <summary>What the server serves.</summary>
public sealed partial class KubernetesClient
{
    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) =>
        _transport.SendAsync(HttpMethod.Get, "version", null, KubernetesJson.Default.VersionInfo, cancellationToken);

    /// <summary>Served versions as in <c>apiVersion</c>: <c>v1</c>, <c>apps/v1</c>, …</summary>
    public async Task<IReadOnlySet<string>> GetApiVersionsAsync(CancellationToken cancellationToken)
    {
        var core = await _transport.SendAsync(HttpMethod.Get, "api", null, KubernetesJson.Default.ApiVersions, cancellationToken);
        var groups = await _transport.SendAsync(HttpMethod.Get, "apis", null, KubernetesJson.Default.ApiGroupList, cancellationToken);
        return new HashSet<string>(core.Versions.Concat(groups.Groups.SelectMany(group => group.Versions).Select(version => version.Name)), StringComparer.Ordinal);
    }

    /// <summary>Resources of one version, subresources included; empty when the version is not served.</summary>
    public async Task<IReadOnlyList<ApiResource>> GetApiResourcesAsync(string apiVersion, CancellationToken cancellationToken)
    {
        try
        {
            var root = apiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api";
            var list = await _transport.SendAsync(HttpMethod.Get, $"{root}/{apiVersion}", null, KubernetesJson.Default.ApiResourceList, cancellationToken);
            return list.Resources;
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.NotFound)
        {
            return [];
        }
    }

    /// <summary>The first of the candidates that is served, or null. A group's version may be served without every resource of the group, so the resource itself is looked for.</summary>
    public async Task<ResourceType<T>?> ResolveAsync<T>(IEnumerable<ResourceType<T>> candidates, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        foreach (var candidate in candidates)
        {
            var resources = await GetApiResourcesAsync(candidate.ApiVersion, cancellationToken);
            if (resources.Any(resource => resource.Name == candidate.Plural))
            {
                return candidate;
            }
        }
        return null;
    }
}
