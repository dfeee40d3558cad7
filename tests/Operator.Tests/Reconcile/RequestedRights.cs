using System.Collections.Concurrent;
using System.Net;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Which rights the requests that pass take, as the API server's authorizer names them: group, resource and verb.</summary>
internal sealed class RequestedRights(HttpMessageHandler inner, ConcurrentDictionary<string, byte> rights) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (Resource(request.RequestUri!) is not { } resource)
            return response;
        rights.TryAdd($"{resource} {Verb(request)}".TrimStart(), 0);
        // A patch that applies an object which is not there takes the right to create it too.
        if (request.Method == HttpMethod.Patch && response.StatusCode == HttpStatusCode.Created)
            rights.TryAdd($"{resource} create".TrimStart(), 0);
        return response;
    }

    /// <summary>Null: discovery, which every account may ask for.</summary>
    private static string? Resource(Uri address)
    {
        var parts = Parts(address);
        return parts.Length == 0 ? null : $"{Group(address)} {(parts.Length > 2 ? $"{parts[0]}/{parts[2]}" : parts[0])}";
    }

    private static string Verb(HttpRequestMessage request) => request.Method.Method switch
    {
        "GET" when request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal) => "watch",
        "GET" => Parts(request.RequestUri!).Length > 1 ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        var other => other.ToLowerInvariant(),
    };

    private static string Group(Uri address) => address.Segments[1] == "api/" ? "" : address.Segments[2].TrimEnd('/');

    /// <summary>Resource, name and subresource, as far as they are there.</summary>
    private static string[] Parts(Uri address)
    {
        var segments = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var rest = segments.Skip(segments[0] == "api" ? 2 : 3).ToArray();
        return rest is ["namespaces", _, _, ..] ? rest[2..] : rest;
    }
}
