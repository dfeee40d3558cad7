using System.Text;

namespace Canario.LocalCluster.Node;

internal static class IptablesRemoval
{
    public const string Comment = "canario-local-node";

    // The CNI plug-in for hostPort writes the network's name into the rule of each port. Its chains go when none but ours used them.
    private const string PortOfOurs = $"name: \\\"{NodeLayout.Name}\\\"";
    private const string PortOfAnybody = "-A CNI-HOSTPORT-DNAT ";
    private const string Ports = "CNI-HOSTPORT-";

    /// <summary>True when kube-proxy or kubelet of somebody wrote rules.</summary>
    public static bool HasKubernetesRules(string saved) => saved.Contains("\n:KUBE-", StringComparison.Ordinal);

    /// <summary>
    /// Input for <c>iptables-restore --noflush</c> that takes kubelet's and kube-proxy's chains, those of our pods' host ports and our own rule
    /// away and leaves all else. Empty when there is nothing to remove.
    /// </summary>
    public static string Build(string saved)
    {
        var script = new StringBuilder();
        foreach (var table in saved.Split("COMMIT\n"))
        {
            var lines = table.Split('\n').ToList();
            if (lines.Find(line => line.StartsWith('*')) is { } name)
                script.Append(name).Append('\n').AppendJoin("", BuildTable(lines).Select(line => line + "\n")).Append("COMMIT\n");
        }

        return script.ToString();
    }

    private static IEnumerable<string> BuildTable(List<string> lines)
    {
        var ports = lines.FindAll(IsPortOfOurs).ConvertAll(Target);
        var othersHavePorts = lines.Exists(line => line.StartsWith(PortOfAnybody, StringComparison.Ordinal) && !IsPortOfOurs(line));
        var chains = lines
            .Where(line => line.StartsWith(':'))
            .Select(line => line[1..line.IndexOf(' ', StringComparison.Ordinal)])
            .Where(chain => IsOurs(chain) || ports.Contains(chain) || (ports.Count > 0 && !othersHavePorts && chain.StartsWith(Ports, StringComparison.Ordinal)))
            .ToHashSet();
        var rules = lines.Where(line => line.StartsWith("-A ", StringComparison.Ordinal)
            && !chains.Contains(line.Split(' ')[1])
            && (chains.Contains(Target(line)) || line.Contains(Comment, StringComparison.Ordinal)));
        // Rules that jump to a chain first, then every chain's content, then the chains: only unused, empty ones may go.
        return [.. rules.Select(rule => "-D" + rule[2..]), .. chains.Select(chain => "-F " + chain), .. chains.Select(chain => "-X " + chain)];
    }

    private static bool IsOurs(string chain) => chain.StartsWith("KUBE-", StringComparison.Ordinal);

    private static bool IsPortOfOurs(string line) =>
        line.StartsWith(PortOfAnybody, StringComparison.Ordinal) && line.Contains(PortOfOurs, StringComparison.Ordinal);

    private static string Target(string rule)
    {
        var words = rule.Split(' ');
        return words[Array.LastIndexOf(words, "-j") + 1];
    }
}
