using System.Text.Json;
using Canario.Contract;

namespace Canario.Router.Configuration;

/// <summary>Reads and checks the configuration of one model. Total: whatever the text, the answer is a value.</summary>
internal static class ConfigurationReader
{
    // An etcd object is at most 1.5 MB; a hundred kilobytes already is five hundred backends.
    public const int MaxCharacters = 128 * 1024;
    private const int MaxBackends = 16;
    private const int MaxMatches = 64;
    private const int MaxTimeoutMilliseconds = 3_600_000;

    public static ConfigurationResult Read(string json)
    {
        if (json.Length > MaxCharacters) return ConfigurationResult.Bad($"{json.Length} characters; at most {MaxCharacters} are allowed");
        RouterConfiguration? configuration;
        try
        {
            configuration = JsonSerializer.Deserialize(json, ContractJson.Default.RouterConfiguration);
        }
        catch (JsonException e)
        {
            return ConfigurationResult.Bad("not a router configuration: " + e.Message);
        }
        if (configuration is null) return ConfigurationResult.Bad("null; a router configuration object is expected");
        return Check(configuration) is { } error ? ConfigurationResult.Bad(error) : ConfigurationResult.Good(configuration);
    }

    private static string? Check(RouterConfiguration c)
    {
        if (string.IsNullOrEmpty(c.Version)) return "version: empty; a text is expected";
        if (string.IsNullOrEmpty(c.Namespace)) return "namespace: empty; a name is expected";
        if (string.IsNullOrEmpty(c.Model)) return "model: empty; a name is expected";
        if (c.Port is < 1 or > 65534) return $"port: {c.Port}; 1 to 65534 is allowed, the next one is used too";
        if (c.TimeoutMilliseconds is < 1 or > MaxTimeoutMilliseconds)
            return $"timeoutMilliseconds: {c.TimeoutMilliseconds}; 1 to {MaxTimeoutMilliseconds} is allowed";
        if (c.StickyHeader is null || (c.StickyHeader.Length > 0 && !IsFieldName(c.StickyHeader)))
            return $"stickyHeader: \"{c.StickyHeader}\"; a header field name or nothing is expected";
        if (c.StickyCookie is not null && !IsFieldName(c.StickyCookie)) return $"stickyCookie: \"{c.StickyCookie}\"; the name of a cookie or nothing is expected";
        return CheckBackends(c) ?? CheckMatches(c) ?? CheckMirror(c) ?? CheckFallback(c);
    }

    private static string? CheckBackends(RouterConfiguration c)
    {
        if (c.Backends is null || c.Backends.Count is 0 or > MaxBackends)
            return $"backends: {c.Backends?.Count ?? 0} entries; 1 to {MaxBackends} are allowed";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int sum = 0;
        for (int i = 0; i < c.Backends.Count; i++)
        {
            var b = c.Backends[i];
            if (b is null || string.IsNullOrEmpty(b.Revision)) return $"backends[{i}].revision: empty; a name is expected";
            if (string.IsNullOrEmpty(b.Service)) return $"backends[{i}].service: empty; a name is expected";
            if (b.Weight is < 0 or > 100) return $"backends[{i}].weight: {b.Weight}; 0 to 100 is allowed";
            if (!seen.Add(b.Revision)) return $"backends[{i}].revision: \"{b.Revision}\" is listed twice";
            sum += b.Weight;
        }
        return sum == 100 ? null : $"backends: weights sum to {sum}; 100 is expected";
    }

    private static string? CheckMatches(RouterConfiguration c)
    {
        if (c.Matches is null) return null;
        if (c.Matches.Count > MaxMatches) return $"matches: {c.Matches.Count} entries; at most {MaxMatches} are allowed";
        for (int i = 0; i < c.Matches.Count; i++)
        {
            var m = c.Matches[i];
            if (m is null || (m.Header is null) == (m.Cookie is null)) return $"matches[{i}]: either header or cookie is expected";
            if (m.Header is not null && !IsFieldName(m.Header)) return $"matches[{i}].header: \"{m.Header}\"; a header field name is expected";
            if (m.Cookie is not null && !IsFieldName(m.Cookie)) return $"matches[{i}].cookie: \"{m.Cookie}\"; the name of a cookie is expected";
            if (m.Value is null || (m.Cookie is not null && m.Value.Length == 0)) return $"matches[{i}].value: absent; a text is expected";
            if (!c.Backends.Any(b => b.Revision == m.Revision)) return $"matches[{i}].revision: \"{m.Revision}\" is not among the backends";
        }
        return null;
    }

    private static string? CheckMirror(RouterConfiguration c)
    {
        if (c.Mirror is not { } mirror) return null;
        if (mirror.Percent is < 1 or > 100) return $"mirror.percent: {mirror.Percent}; 1 to 100 is allowed";
        return c.Backends.Any(b => b.Revision == mirror.Revision) ? null : $"mirror.revision: \"{mirror.Revision}\" is not among the backends";
    }

    private static string? CheckFallback(RouterConfiguration c) =>
        c.Fallback is null || c.Backends.Any(b => b.Revision == c.Fallback) ? null : $"fallback: \"{c.Fallback}\" is not among the backends";

    private static bool IsFieldName(string? name) => !string.IsNullOrEmpty(name) && !name.AsSpan().ContainsAnyExcept(Tokens.Characters);
}
