using System.Text.Json;
using System.Text.Json.Nodes;

namespace Canario.Demo;

/// <summary>
/// The pods that ask to be scraped, in the form of Prometheus' HTTP service discovery. Debian's Prometheus is built
/// without the discovery of Kubernetes; this says what that would: running pods by their <c>prometheus.io/</c> annotations.
/// </summary>
internal static class PodTargets
{
    /// <param name="pods"><c>kubectl get pods --all-namespaces --output json</c>.</param>
    /// <returns><c>[{"targets": ["ip:port"], "labels": {"namespace": …, "pod": …}}]</c>.</returns>
    public static string Describe(string pods)
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

            groups.Add(new JsonObject
            {
                ["targets"] = new JsonArray($"{address}:{Text(metadata, "annotations", "prometheus.io/port")}"),
                ["labels"] = new JsonObject { ["namespace"] = Text(metadata, "namespace"), ["pod"] = Text(metadata, "name") },
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
