using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

/// <summary>The bridge of the pods, the route that keeps Service traffic on this machine, and the kernel settings they need.</summary>
internal static class NodeNetwork
{
    private static readonly string[] Tools = ["iptables", "ip6tables"];

    private const string Ports = $"/sys/class/net/{NodeLayout.Bridge}/brif";

    // Set by us or by kube-proxy; put back by down.
    private static readonly string[] KernelSettings =
        ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/conf/all/route_localnet", "/proc/sys/net/bridge/bridge-nf-call-iptables"];

    public static Dictionary<string, string> ReadKernelSettings() =>
        KernelSettings.Where(File.Exists).ToDictionary(path => path, path => File.ReadAllText(path).Trim());

    public static bool BridgedTrafficPassesIptables =>
        File.Exists(KernelSettings[2]) && File.ReadAllText(KernelSettings[2]).Trim() == "1";

    public static async Task RefuseForeignNodeAsync(CancellationToken cancellationToken)
    {
        var saved = await Command.RunAsync("iptables-save", [], cancellationToken);
        if (IptablesRemoval.HasKubernetesRules(saved))
        {
            throw new LocalClusterException(
                "This machine already has iptables chains of a Kubernetes node that is not ours. Two nodes would overwrite each other's rules. "
                + "Set KUBECONFIG to use that cluster, or stop it first.");
        }
    }

    public static async Task CreateAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellationToken);
        await IpAsync(cancellationToken, "link", "add", NodeLayout.Bridge, "type", "bridge");
        await IpAsync(cancellationToken, "address", "add", NodeLayout.Gateway + "/24", "dev", NodeLayout.Bridge);
        await IpAsync(cancellationToken, "link", "set", NodeLayout.Bridge, "up");
        // A packet to a Service that has no kube-proxy rule (no endpoints, already deleted) would leave by the default route. On the
        // bridge nobody answers for it.
        await IpAsync(cancellationToken, "route", "add", NodeLayout.ServiceRange, "dev", NodeLayout.Bridge, "src", NodeLayout.Gateway);
        await Command.RunAsync(
            "iptables",
            ["-w", "-t", "nat", "-A", "POSTROUTING", "-s", NodeLayout.PodRange, "!", "-d", NodeLayout.PodRange,
                "-m", "comment", "--comment", IptablesRemoval.Comment, "-j", "MASQUERADE"],
            cancellationToken);
    }

    /// <summary>Succeeds whatever of it exists.</summary>
    public static async Task RemoveAsync(CancellationToken cancellationToken)
    {
        // The pods' interfaces would go by themselves, but only when the kernel gets round to their namespaces: up to a minute later.
        foreach (var port in Directory.Exists(Ports) ? Directory.GetFileSystemEntries(Ports) : [])
            await Command.TryRunAsync("ip", ["link", "delete", Path.GetFileName(port)], cancellationToken);
        await Command.TryRunAsync("ip", ["link", "delete", NodeLayout.Bridge], cancellationToken);
        foreach (var tool in Tools)
        {
            var saved = await Command.TryRunAsync(tool + "-save", [], cancellationToken);
            var script = IptablesRemoval.Build(saved.Output);
            if (script.Length > 0)
                await Command.RunAsync(tool + "-restore", ["-w", "--noflush"], cancellationToken, input: script);
        }
    }

    private static Task IpAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Command.RunAsync("ip", arguments, cancellationToken);
}
