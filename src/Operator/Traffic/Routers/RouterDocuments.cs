using System.Text.Json;
using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Traffic.Routers;

/// <summary>The router configuration that stands for a state, also while spec is invalid.</summary>
static class RouterDocuments
{
    public static RouterConfiguration? Build(ClusterView view, TrafficState traffic) =>
        traffic.Plan.SpecError is null
            ? RouterConfigurations.Build(traffic.Deployment, traffic.World, traffic.State, traffic.Port)
            : Keep(Stored(view, traffic.Deployment), traffic.World);

    private static RouterConfiguration? Stored(ClusterView view, ModelDeployment deployment)
    {
        var map = view.ConfigMaps.Get(deployment.Metadata.Namespace, Names.RouterConfiguration(deployment.Metadata.Name!));
        if (map?.Data?.GetValueOrDefault(RouterConfiguration.Key) is not { } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, ContractJson.Default.RouterConfiguration);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Nothing of an invalid spec reaches the routers; but the weights still follow the state, which may take traffic off a side that has no pods left.</summary>
    private static RouterConfiguration? Keep(RouterConfiguration? stored, World world)
    {
        if (stored is null || world.Revisions.Count == 0)
            return null;
        List<RouterBackend> backends = [.. world.Revisions.Select(r => new RouterBackend { Revision = r.Revision, Service = r.Revision, Weight = r.Weight })];
        var mirror = RouterConfigurations.BuildMirror(world);
        var fallback = RouterConfigurations.FindFallback(world);
        if (stored.Backends.SequenceEqual(backends) && stored.Mirror == mirror && stored.Fallback == fallback)
            return stored;
        var weights = string.Join('.', backends.Select(b => $"{b.Revision[(b.Revision.LastIndexOf('-') + 1)..]}-{b.Weight}"));
        var matches = stored.Matches.Where(m => backends.Exists(b => b.Revision == m.Revision)).ToList();
        var copies = mirror is null ? "" : $"~{mirror.Percent}";
        var last = fallback is null ? "" : "_";
        return stored with { Backends = backends, Matches = matches, Mirror = mirror, Fallback = fallback, Version = $"{stored.Version.Split('.')[0]}.{weights}{copies}{last}" };
    }
}
