using System.Text.Json;
using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>The router configuration that stands for a state, also while spec is invalid.</summary>
static class RouterDocuments
{
    public static RouterConfiguration? Build(ClusterView view, ModelDeployment deployment, RolloutPlan plan, World world, RolloutState state, int port) =>
        plan.SpecError is null
            ? RouterConfigurations.Build(deployment, world, state, port)
            : Keep(Stored(view, deployment), world);

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
        if (stored.Backends.SequenceEqual(backends) && stored.Mirror == mirror)
            return stored;
        var weights = string.Join('.', backends.Select(b => $"{b.Revision[(b.Revision.LastIndexOf('-') + 1)..]}-{b.Weight}"));
        var matches = stored.Matches.Where(m => backends.Exists(b => b.Revision == m.Revision)).ToList();
        var copies = mirror is null ? "" : $"~{mirror.Percent}";
        return stored with { Backends = backends, Matches = matches, Mirror = mirror, Version = $"{stored.Version.Split('.')[0]}.{weights}{copies}" };
    }
}
