using System.Text.Json;
using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Desired;

namespace Canario.Operator.Traffic.Gateways;

/// <summary>The HTTPRoute that stands for a split. Pure.</summary>
static class HttpRoutes
{
    public const string ApiVersion = "gateway.networking.k8s.io/v1";

    /// <summary>Null as long as there is no revision to send anything to.</summary>
    public static HttpRoute? Build(TrafficState traffic)
    {
        var settings = traffic.Deployment.Spec.Traffic.Gateway!;
        var matches = RouterConfigurations.BuildMatches(traffic.Deployment.Spec.Traffic, traffic.World, traffic.State);
        var rules = new JsonArray([.. matches.Select(match => (JsonNode)BuildRule(settings, BuildMatch(settings, match), new JsonArray(Backend(match.Revision, null)), null))]);
        rules.Add((JsonNode)BuildRule(settings, BuildMatch(settings, null), BuildWeights(traffic), RouterConfigurations.BuildMirror(traffic.World)));
        return traffic.World.Revisions.Count == 0 ? null : Build(traffic.Deployment, new JsonObject
        {
            ["parentRefs"] = new JsonArray(BuildParent(settings)),
            // Said also where there is none: what somebody adds is a difference then.
            ["hostnames"] = new JsonArray([.. settings.Hostnames.Select(name => (JsonNode)name)]),
            ["rules"] = rules,
        });
    }

    /// <summary>The route as it is with the split's weights: nothing of an invalid spec reaches it.</summary>
    public static HttpRoute BuildKept(TrafficState traffic, HttpRoute live)
    {
        var spec = JsonNode.Parse(live.Spec!.Value.GetRawText())!.AsObject();
        var sides = traffic.World.Revisions.Select(side => side.Revision).ToHashSet(StringComparer.Ordinal);
        var rules = spec["rules"]!.AsArray();
        for (var i = rules.Count - 2; i >= 0; i--)
        {
            if (rules[i]!["backendRefs"] is JsonArray backends && backends.Any(backend => !sides.Contains(backend!["name"]!.GetValue<string>())))
            {
                rules.RemoveAt(i);
            }
        }

        var last = rules[^1]!.AsObject();
        last["backendRefs"] = BuildWeights(traffic);
        if (RouterConfigurations.BuildMirror(traffic.World) is null && last["filters"] is JsonArray filters)
        {
            last["filters"] = new JsonArray([.. filters.Where(filter => filter!["requestMirror"] is null).Select(filter => filter!.DeepClone())]);
        }

        return Build(traffic.Deployment, spec);
    }

    /// <summary>Whether the filters that the API server kept still say which share is copied: a CRD that does not know the field drops it without a word.</summary>
    public static bool KeepsPercent(HttpRoute stored) => stored.Spec?.GetProperty("rules") is { } rules
        && rules[rules.GetArrayLength() - 1].TryGetProperty("filters", out var filters)
        && filters.EnumerateArray().Any(filter => filter.TryGetProperty("requestMirror", out var mirror) && mirror.TryGetProperty("percent", out _));

    /// <summary>It has a mirror, and no share of it.</summary>
    public static bool CopiesAll(HttpRoute stored) => !KeepsPercent(stored) && stored.Spec?.GetProperty("rules") is { } rules
        && rules[rules.GetArrayLength() - 1].TryGetProperty("filters", out var filters)
        && filters.EnumerateArray().Any(filter => filter.TryGetProperty("requestMirror", out _));

    private static HttpRoute Build(ModelDeployment deployment, JsonObject spec) => new()
    {
        ApiVersion = ApiVersion,
        Kind = "HTTPRoute",
        Metadata = Objects.BuildOwned(deployment, deployment.Metadata.Name!),
        Spec = JsonElement.Parse(spec.ToJsonString()),
    };

    private static JsonObject BuildParent(GatewaySettings settings)
    {
        var parent = new JsonObject { ["name"] = settings.Name };
        Add(parent, "namespace", settings.Namespace);
        Add(parent, "sectionName", settings.SectionName);
        return parent;
    }

    private static JsonObject BuildRule(GatewaySettings settings, JsonObject match, JsonArray backends, RouterMirror? mirror)
    {
        var filters = new JsonArray();
        if (mirror is not null)
        {
            var copies = new JsonObject { ["backendRef"] = Backend(mirror.Revision, null) };
            if (mirror.Percent < 100)
            {
                copies["percent"] = mirror.Percent;
            }

            filters.Add((JsonNode)new JsonObject { ["type"] = "RequestMirror", ["requestMirror"] = copies });
        }

        if (HasPrefix(settings))
        {
            filters.Add((JsonNode)new JsonObject
            {
                ["type"] = "URLRewrite",
                ["urlRewrite"] = new JsonObject { ["path"] = new JsonObject { ["type"] = "ReplacePrefixMatch", ["replacePrefixMatch"] = "/" } },
            });
        }

        return new JsonObject { ["matches"] = new JsonArray(match), ["filters"] = filters, ["backendRefs"] = backends };
    }

    private static JsonObject BuildMatch(GatewaySettings settings, RouterMatch? header)
    {
        var match = new JsonObject { ["path"] = new JsonObject { ["type"] = "PathPrefix", ["value"] = settings.Path ?? "/" } };
        if (header is not null)
        {
            match["headers"] = new JsonArray(new JsonObject { ["type"] = "Exact", ["name"] = header.Header, ["value"] = header.Value });
        }

        return match;
    }

    private static JsonArray BuildWeights(TrafficState traffic) => new([.. traffic.World.Revisions.Select(side => (JsonNode)Backend(side.Revision, side.Weight))]);

    private static JsonObject Backend(string revision, int? weight)
    {
        var backend = new JsonObject { ["name"] = revision, ["port"] = Ports.InferenceHttp };
        if (weight is { } share)
        {
            backend["weight"] = share;
        }

        return backend;
    }

    private static bool HasPrefix(GatewaySettings settings) => settings.Path is { } path && path != "/";

    private static void Add(JsonObject to, string name, string? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }
    }
}
