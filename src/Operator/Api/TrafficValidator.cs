using Canario.Operator.Traffic.Services;
using Canario.Rollouts;

namespace Canario.Operator.Api;

/// <summary>How requests are split, and what the one who splits cannot do.</summary>
static class TrafficValidator
{
    const string Path = "spec.traffic";

    public static void Validate(FieldErrors errors, ModelDeploymentSpec spec)
    {
        ValidateFields(errors, spec.Traffic);
        if (spec.Traffic.Provider == TrafficProviderNames.Service)
        {
            ValidateService(errors, spec);
        }
        else if (spec.Traffic.Provider == TrafficProviderNames.GatewayApi)
        {
            ValidateUnsplit(errors, spec);
            ValidateGateway(errors, spec.Traffic);
        }

        if (spec.Traffic is { Gateway: { } gateway, Provider: not TrafficProviderNames.GatewayApi })
        {
            errors.Add($"{Path}.gateway", gateway.Name, $"needs provider GatewayApi, but the provider is {spec.Traffic.Provider}");
        }
    }

    static void ValidateFields(FieldErrors errors, TrafficSettings traffic)
    {
        const string characters = "letters, digits and !#$%&'*+.^_`|~-";
        const string header = $"must be the name of a header: {characters}";
        const string cookie = $"must be the name of a cookie: {characters}";
        errors.OneOf($"{Path}.provider", traffic.Provider, TrafficProviderNames.Router, TrafficProviderNames.Service, TrafficProviderNames.GatewayApi);
        errors.Text($"{Path}.stickyHeader", traffic.StickyHeader, Limits.HeaderPattern, 128, header);
        errors.Text($"{Path}.stickyCookie", traffic.StickyCookie, Limits.HeaderPattern, 128, cookie);
        errors.Duration($"{Path}.timeout", traffic.Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "must be from 1ms to 1h");
        errors.Count($"{Path}.matches", traffic.Matches.Count, Limits.Matches);
        for (var i = 0; i < Math.Min(traffic.Matches.Count, Limits.Matches); i++)
        {
            var (path, match) = ($"{Path}.matches[{i}]", traffic.Matches[i]);
            errors.Text($"{path}.header", match.Header, Limits.HeaderPattern, 128, header);
            errors.Text($"{path}.cookie", match.Cookie, Limits.HeaderPattern, 128, cookie);
            if ((match.Header is null) == (match.Cookie is null))
            {
                errors.Add(path, match.Cookie, "needs either header or cookie");
            }

            if (match.Cookie is null)
            {
                errors.Text($"{path}.value", match.Value, @"^[^\x00-\x1f\x7f]+\z", 1024, "must have no control characters", required: true);
            }
            else
            {
                // RFC 6265, section 4.1.1; any other value never comes.
                errors.Text($"{path}.value", match.Value, @"^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+\z", 1024, "must be the value of a cookie: no spaces, quotes, commas, semicolons or backslashes", required: true);
            }

            errors.OneOf($"{path}.target", match.Target, MatchTargets.Candidate, MatchTargets.Stable);
        }
    }

    /// <summary>What takes somebody who looks at each request.</summary>
    static void ValidateUnsplit(FieldErrors errors, ModelDeploymentSpec spec)
    {
        var (traffic, provider) = (spec.Traffic, spec.Traffic.Provider);
        if (traffic.StickyHeader is { } sticky)
        {
            errors.Add($"{Path}.stickyHeader", sticky, $"needs provider Router: {provider} keeps no user on one revision");
        }

        if (traffic.StickyCookie is { } session)
        {
            errors.Add($"{Path}.stickyCookie", session, $"needs provider Router: {provider} keeps no user on one revision");
        }

        if (Durations.Parse(traffic.Timeout) is { } timeout && timeout != Durations.Required(new TrafficSettings().Timeout))
        {
            errors.Add($"{Path}.timeout", traffic.Timeout, $"must be left out, or 30s, with provider {provider}: only Canario's routers keep it");
        }

        if (spec.Strategy.Type == StrategyNames.AB)
        {
            errors.Add("spec.strategy.type", spec.Strategy.Type, $"needs provider Router: with {provider} no user stays on one side");
        }

        for (var i = 0; i < Math.Min(spec.Gates.Count, Limits.Gates); i++)
        {
            if (spec.Gates[i].Type == GateTypes.ShadowAgreement)
            {
                errors.Add($"spec.gates[{i}].type", spec.Gates[i].Type, "needs provider Router: only Canario's routers compare answers");
            }
        }
    }

    static void ValidateGateway(FieldErrors errors, TrafficSettings traffic)
    {
        const string path = $"{Path}.gateway";
        const string name = "must consist of lower-case letters, digits, '-' and '.'";
        const string dns = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\z";
        if (traffic.Gateway is not { } gateway)
        {
            errors.Add(path, null, "is required with provider GatewayApi: the name of the Gateway that serves the model");
            return;
        }

        errors.Text($"{path}.name", gateway.Name, dns, 253, name, required: true);
        errors.Text($"{path}.namespace", gateway.Namespace, @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", 63, "must consist of lower-case letters, digits and '-'");
        errors.Text($"{path}.sectionName", gateway.SectionName, dns, 253, name);
        errors.Count($"{path}.hostnames", gateway.Hostnames.Count, Limits.Hostnames);
        for (var i = 0; i < Math.Min(gateway.Hostnames.Count, Limits.Hostnames); i++)
        {
            errors.Text($"{path}.hostnames[{i}]", gateway.Hostnames[i], @"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", 253, "must be the name of a host, such as models.example.com or *.example.com", required: true);
        }

        errors.Text($"{path}.path", gateway.Path, @"^/([-._~!$&'()*+,;=:@A-Za-z0-9]|%[0-9A-Fa-f]{2}|/(?=[^/]))*\z", Limits.PathLength, "must be a path such as /penguins");
        if (gateway.Path?.Split('/').Any(part => part is "." or "..") == true)
        {
            errors.Add($"{path}.path", gateway.Path, "must not hold . or .. as a part");
        }

        for (var i = 0; i < Math.Min(traffic.Matches.Count, Limits.Matches); i++)
        {
            if (traffic.Matches[i].Cookie is { } cookie)
            {
                errors.Add($"{Path}.matches[{i}].cookie", cookie, "needs provider Router: an HTTPRoute matches headers");
            }
        }

        if (traffic.Matches.Count >= Limits.Matches)
        {
            errors.Add($"{Path}.matches", traffic.Matches.Count, $"may have at most {Limits.Matches - 1} entries with provider GatewayApi: an HTTPRoute has 16 rules, and one is for all other requests");
        }
    }

    static void ValidateService(FieldErrors errors, ModelDeploymentSpec spec)
    {
        ValidateUnsplit(errors, spec);
        if (spec.Traffic.Matches.Count > 0)
        {
            errors.Add($"{Path}.matches", spec.Traffic.Matches.Count, "must be left out with provider Service: it looks into no request");
        }

        if (spec.Strategy.Type == StrategyNames.Shadow)
        {
            errors.Add("spec.strategy.type", spec.Strategy.Type, "needs provider Router or GatewayApi: a Service copies no request");
        }

        if (spec.Autoscaling is not null)
        {
            errors.Add("spec.autoscaling", null, "must be left out with provider Service: the number of pods is the split there");
        }

        if (spec.Strategy.Type != StrategyNames.Canary || spec.Replicas is < 1 or > Limits.Replicas)
        {
            return;
        }

        var steps = spec.Strategy.Canary?.Steps ?? [];
        for (var i = 0; i < Math.Min(steps.Count, Limits.Steps); i++)
        {
            if (steps[i].Weight is >= 0 and < 100 && !PodShares.IsWhole(steps[i].Weight, spec.Replicas))
            {
                errors.Add(
                    $"spec.strategy.canary.steps[{i}].weight",
                    steps[i].Weight,
                    $"must be a whole number of pods with provider Service: with {spec.Replicas} replicas one of {string.Join(", ", PodShares.Allowed(spec.Replicas))}");
            }
        }
    }
}
