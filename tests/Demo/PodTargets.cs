using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canario.Demo;

/// <summary>
/// The pods that ask to be scraped, in the form of Prometheus' HTTP service discovery. Debian's Prometheus is built
/// without the discovery of Kubernetes; this says what that would: running pods by their <c>prometheus.io/</c> annotations.
/// </summary>
internal static class PodTargets
{
    private const string DefaultPath = "/metrics";

    /// <param name="pods"><c>kubectl get pods --output json</c>.</param>
    /// <param name="proxy"><c>host:port</c> of a <c>kubectl proxy</c>, for a cluster whose pods this machine does not reach; null: they are asked directly.</param>
    /// <returns><c>[{"targets": ["ip:port"], "labels": {"namespace": …, "pod": …, "instance": "ip:port", …}}]</c>.</returns>
    public static string Describe(string pods, string? proxy)
    {
        using var document = JsonDocument.Parse(pods);
        var groups = new JsonArray();
        foreach (var pod in document.RootElement.GetProperty("items").EnumerateArray())
        {
            var metadata = pod.GetProperty("metadata");
            var status = pod.GetProperty("status");
            if (Text(metadata, "annotations", "prometheus.io/scrape") != "true" || Text(status, "phase") != "Running" || Text(status, "podIP") is not { } address)
            {
                continue;
            }

            var (name, @namespace) = (Text(metadata, "name"), Text(metadata, "namespace"));
            var port = Text(metadata, "annotations", "prometheus.io/port");
            var path = Text(metadata, "annotations", "prometheus.io/path") ?? DefaultPath;
            groups.Add(new JsonObject
            {
                ["targets"] = new JsonArray(proxy ?? $"{address}:{port}"),
                ["labels"] = new JsonObject
                {
                    ["namespace"] = @namespace,
                    ["pod"] = name,
                    ["instance"] = $"{address}:{port}",
                    ["__metrics_path__"] = proxy is null ? path : $"/api/v1/namespaces/{@namespace}/pods/{name}:{port}/proxy{path}",
                },
            });
        }

        return groups.ToJsonString();
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.GetString();
    }
}
