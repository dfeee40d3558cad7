using System.Text.Json;
using Canario.LocalCluster.Control;
using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster.Node;

internal static class NodeObserver
{
    private static readonly string[] Components =
        ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "containerd", "kubelet", "kube-proxy"];

    public static async Task<NodeStatus> ObserveAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var running = Leftovers.Find(NodeLayout.Directory).Select(process => process.Program).ToHashSet();
        var components = Components.Select(name => KeyValuePair.Create(name, running.Contains(name))).ToList();
        if (NodeMarker.Read() is not { } marker)
        {
            return File.Exists(NodeLayout.Marker) || running.Count > 0
                ? new NodeStatus(NodeState.Broken, components, null, $"{NodeLayout.Marker} cannot be read")
                : new NodeStatus(NodeState.Down, components, null, null);
        }

        var url = $"https://127.0.0.1:{marker.ApiServerPort}";
        var missing = components.Where(component => !component.Value).Select(component => component.Key).ToList();
        var problem = missing.Count > 0
            ? string.Join(", ", missing) + " does not run"
            : await FindProblemAsync(url, time, cancellationToken);
        return new NodeStatus(problem is null ? NodeState.Up : NodeState.Broken, components, url, problem);
    }

    /// <summary>Reads a Node object.</summary>
    public static bool IsReady(string node)
    {
        using var document = JsonDocument.Parse(node);
        return document.RootElement.TryGetProperty("status", out var status)
            && status.TryGetProperty("conditions", out var conditions)
            && conditions.EnumerateArray().Any(condition =>
                condition.GetProperty("type").GetString() == "Ready" && condition.GetProperty("status").GetString() == "True");
    }

    private static async Task<string?> FindProblemAsync(string url, TimeProvider time, CancellationToken cancellationToken)
    {
        var pki = Path.Combine(NodeLayout.Directory, "pki");
        if (!File.Exists(Path.Combine(pki, "admin.key")))
            return "its certificates are missing";
        var admin = new PemPair(
            await File.ReadAllTextAsync(Path.Combine(pki, "admin.crt"), cancellationToken),
            await File.ReadAllTextAsync(Path.Combine(pki, "admin.key"), cancellationToken));
        using var probe = new ApiServerProbe(url, await File.ReadAllTextAsync(Path.Combine(pki, "ca.crt"), cancellationToken), admin, time);
        if (await probe.GetAsync("/readyz", cancellationToken) is null)
            return $"the API server at {url} is not ready";
        return await probe.GetAsync("/api/v1/nodes/" + NodeLayout.Name, cancellationToken) is { } node && IsReady(node)
            ? null
            : "the node is not ready; see logs/kubelet.log and logs/containerd.log in " + NodeLayout.Directory;
    }
}
