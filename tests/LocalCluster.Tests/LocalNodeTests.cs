using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Canario.LocalCluster.Node;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Tests;

/// <summary>
/// On the one node that a machine can have: the test waits until no other process works with it. What was on a node that is up is lost; the
/// node itself is up again afterwards.
/// </summary>
public sealed class LocalNodeTests
{
    private const int Patience = 180;
    private static readonly string[] Victims = ["kube-apiserver", "containerd", "kubelet"];

    // The node of this machine is meant, whatever cluster the caller brings along.
    public LocalNodeTests() => Environment.SetEnvironmentVariable("KUBECONFIG", null);

    [Fact]
    public async Task Down_leaves_nothing_of_a_node_that_crashed()
    {
        var wasUp = (await LocalNode.StatusAsync()).State != NodeState.Down;
        await TakeAloneAndDownAsync();
        try
        {
            await CrashAndTakeDownAsync();
        }
        finally
        {
            if (wasUp)
                await LocalNode.UpAsync();
        }
    }

    private static async Task CrashAndTakeDownAsync()
    {
        var before = await MachineTraces.ReadAsync();
        await RunPodAsync(await LocalNode.UpAsync());
        var ofTheNode = (await MachineTraces.ReadAsync()).Except(before).ToHashSet();
        AssertComplete(ofTheNode);

        await CrashAsync();
        var crashed = await LocalNode.StatusAsync();
        Assert.Equal(NodeState.Broken, crashed.State);
        Assert.Subset(crashed.Components.Where(component => !component.Value).Select(component => component.Key).ToHashSet(), Victims.ToHashSet());
        await LocalNode.DownAsync();

        var after = await MachineTraces.ReadAsync();
        AssertNone("is left", after.Intersect(ofTheNode));
        AssertNone("of others is gone", before.Where(IsOfOthers).Except(after));
        Assert.Equal(NodeState.Down, (await LocalNode.StatusAsync()).State);
    }

    private static void AssertNone(string what, IEnumerable<string> traces)
    {
        var all = string.Join('\n', traces.Order());
        Assert.True(all.Length == 0, $"This {what}:\n{all}");
    }

    private static async Task TakeAloneAndDownAsync()
    {
        do
        {
            await NodeUse.BeginAsync(alone: true, Console.Error.WriteLine, TimeProvider.System, default);
            await LocalNode.DownAsync();
            // Down lets others in again, and one of them may have been waiting.
            await NodeUse.BeginAsync(alone: true, Console.Error.WriteLine, TimeProvider.System, default);
        }
        while ((await LocalNode.StatusAsync()).State != NodeState.Down);
    }

    private static async Task CrashAsync()
    {
        foreach (var process in Leftovers.Find(NodeLayout.Directory).Where(process => Victims.Contains(process.Program)))
        {
            using var victim = Process.GetProcessById(process.Id);
            victim.Kill();
            await victim.WaitForExitAsync();
        }
    }

    /// <summary>Of all that a node spreads over a machine: a pod's processes, mounts, network and control groups, the rules of a Service and of a host port.</summary>
    private static async Task RunPodAsync(LocalNode node)
    {
        using var api = ApiClient.Create(node.KubeconfigPath, node.ApiServerUrl);
        await CreateAsync(api, "pods", $$"""
            {
              "metadata": { "name": "left-behind", "labels": { "app": "left-behind" } },
              "spec": {
                "containers": [{
                  "name": "pause", "image": "{{NodeLayout.PauseImage}}", "imagePullPolicy": "Never",
                  "ports": [{ "containerPort": 80, "hostPort": {{FreePorts.Choose(1)[0]}}, "hostIP": "127.0.0.1" }],
                  "volumeMounts": [{ "name": "memory", "mountPath": "/memory" }]
                }],
                "volumes": [{ "name": "memory", "emptyDir": { "medium": "Memory" } }]
              }
            }
            """);
        await CreateAsync(api, "services", """
            { "metadata": { "name": "left-behind" }, "spec": { "type": "NodePort", "selector": { "app": "left-behind" }, "ports": [{ "port": 80 }] } }
            """);
        await Eventually.IsTrueAsync(async () => await PhaseAsync(api) == "Running", Patience);
        await Eventually.IsTrueAsync(async () => (await Command.RunAsync("iptables-save", [], default)).Contains("-A KUBE-SEP-", StringComparison.Ordinal)
            && (await Command.RunAsync("iptables-save", [], default)).Contains("default/left-behind", StringComparison.Ordinal), Patience);
    }

    private static async Task CreateAsync(HttpClient api, string kind, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await api.PostAsync($"/api/v1/namespaces/default/{kind}", content);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string?> PhaseAsync(HttpClient api)
    {
        using var pod = JsonDocument.Parse(await api.GetStringAsync("/api/v1/namespaces/default/pods/left-behind"));
        return pod.RootElement.GetProperty("status").TryGetProperty("phase", out var phase) ? phase.GetString() : null;
    }

    // A look that finds nothing proves nothing unless it found all of this while the node ran.
    private static void AssertComplete(HashSet<string> traces)
    {
        string[] kinds =
        [
            "process ", "mount " + NodeLayout.RunDirectory, "mount " + NodeLayout.KubeletRoot, "interface " + NodeLayout.Bridge, "interface veth",
            "route " + NodeLayout.PodRange, "IPv4 rule nat -A KUBE-SEP-", "IPv4 rule nat :KUBE-", "IPv4 rule nat -A CNI-DN-", "IPv4 rule nat :CNI-HOSTPORT-DNAT",
            "IPv4 rule nat -A POSTROUTING", "directory " + NodeLayout.Directory, "directory " + NodeLayout.RunDirectory, "entry /var/lib/cni/results/",
        ];
        Assert.All(kinds, kind => Assert.Contains(traces, trace => trace.StartsWith(kind, StringComparison.Ordinal)));
        string[] ends = [" /pause", "/kubelet", "/kube-proxy", "/containerd-shim-runc-v2", "/kubepods"];
        Assert.All(ends, end => Assert.Contains(traces, trace => trace.EndsWith(end, StringComparison.Ordinal)));
    }

    private static bool IsOfOthers(string trace) =>
        new[] { "setting ", "interface ", "IPv4 rule ", "IPv6 rule ", "directory " }.Any(kind => trace.StartsWith(kind, StringComparison.Ordinal));
}
