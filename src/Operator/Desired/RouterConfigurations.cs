using System.Security.Cryptography;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Desired;

/// <summary>What the routers are told of a ModelDeployment.</summary>
static class RouterConfigurations
{
    const int VersionLength = 16;

    /// <summary>Null as long as there is no revision to send anything to.</summary>
    /// <param name="isLeaving">Another provider serves the model by now.</param>
    /// <param name="listenerPort">The even one of the two ports given to this ModelDeployment.</param>
    public static RouterConfiguration? Build(ModelDeployment deployment, World world, RolloutState state, int listenerPort, bool isLeaving = false)
    {
        if (world.Revisions.Count == 0)
        {
            return null;
        }

        var traffic = deployment.Spec.Traffic;
        var configuration = new RouterConfiguration
        {
            Version = "",
            Namespace = deployment.Metadata.Namespace!,
            Model = deployment.Metadata.Name!,
            Port = listenerPort,
            Backends = [.. world.Revisions.Select(side => new RouterBackend { Revision = side.Revision, Service = side.Revision, Weight = side.Weight })],
            Matches = BuildMatches(traffic, world, state),
            Mirror = BuildMirror(world),
            Fallback = FindFallback(world),
            StickyHeader = traffic.StickyHeader ?? "",
            StickyCookie = traffic.StickyCookie,
            Leaving = isLeaving,
            TimeoutMilliseconds = (int)Durations.Required(traffic.Timeout).TotalMilliseconds,
        };
        return configuration with { Version = BuildVersion(configuration) };
    }

    public static ConfigMap BuildConfigMap(ModelDeployment deployment, RouterConfiguration configuration)
    {
        var metadata = Objects.BuildOwned(deployment, Names.RouterConfiguration(deployment.Metadata.Name!));
        var labels = new SortedDictionary<string, string>(metadata.Labels!.ToDictionary(), StringComparer.Ordinal) { [Labels.RouterConfig] = "true" };
        return new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = metadata with { Labels = labels },
            Data = new Dictionary<string, string>
            {
                [RouterConfiguration.Key] = JsonSerializer.Serialize(configuration, ContractJson.Default.RouterConfiguration),
            },
        };
    }

    /// <summary>Stable, as long as it is kept warm beside a candidate that has all the traffic.</summary>
    public static string? FindFallback(World world) => world.Revisions.FirstOrDefault(side => side is { IsCandidate: false, Weight: 0, Replicas: > 0 })?.Revision;

    public static RouterMirror? BuildMirror(World world) =>
        world.Revisions.FirstOrDefault(side => side.Mirror > 0) is { } shadow ? new RouterMirror { Revision = shadow.Revision, Percent = shadow.Mirror } : null;

    public static List<RouterMatch> BuildMatches(TrafficSettings traffic, World world, RolloutState state)
    {
        var candidate = TakesCandidateMatches(state) ? world.Revisions.FirstOrDefault(side => side.IsCandidate)?.Revision : null;
        var stable = world.Revisions.FirstOrDefault(side => !side.IsCandidate)?.Revision;
        var matches = new List<RouterMatch>();
        foreach (var match in traffic.Matches)
        {
            if ((match.Target == MatchTargets.Candidate ? candidate : stable) is { } revision)
            {
                matches.Add(new RouterMatch { Header = match.Header, Cookie = match.Cookie, Value = match.Value, Revision = revision });
            }
        }

        return matches;
    }

    // Testers get what everybody gets until the candidate's capacity is ready, and again from the first moment of a rollback.
    static bool TakesCandidateMatches(RolloutState state) => state.Phase switch
    {
        RolloutPhase.Progressing or RolloutPhase.Paused => state.Weight > 0 || state.StepStartedAt is not null,
        RolloutPhase.Baking => true,
        _ => false,
    };

    static string BuildVersion(RouterConfiguration configuration) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(configuration, ContractJson.Default.RouterConfiguration)))[..VersionLength];
}
