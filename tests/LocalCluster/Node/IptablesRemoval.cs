using System.Text;

namespace Canario.LocalCluster.Node;

internal static class IptablesRemoval
{
    public const string Comment = "canario-local-node";

    /// <summary>True when kube-proxy or kubelet of somebody wrote rules.</summary>
    public static bool HasKubernetesRules(string saved) => saved.Contains("\n:KUBE-", StringComparison.Ordinal);

    /// <summary>
    /// Input for <c>iptables-restore --noflush</c> that takes kubelet's and kube-proxy's chains and our own rule away and leaves all else.
    /// Empty when there is nothing to remove.
    /// </summary>
    public static string Build(string saved)
    {
        var script = new StringBuilder();
        var rules = new List<string>();
        var chains = new List<string>();
        foreach (var line in saved.Split('\n'))
        {
            if (line.StartsWith('*'))
            {
                (rules, chains) = ([], []);
                script.Append(line).Append('\n');
            }
            else if (line.StartsWith(":KUBE-", StringComparison.Ordinal))
            {
                chains.Add(line[1..line.IndexOf(' ', StringComparison.Ordinal)]);
            }
            else if (line.StartsWith("-A ", StringComparison.Ordinal) && !line.StartsWith("-A KUBE-", StringComparison.Ordinal) && IsOurs(line))
            {
                rules.Add("-D" + line[2..]);
            }
            else if (line == "COMMIT")
            {
                // Rules that jump to a chain first, then every chain's content, then the chains: only unused, empty ones may go.
                foreach (var part in rules.Concat(chains.Select(chain => "-F " + chain)).Concat(chains.Select(chain => "-X " + chain)))
                    script.Append(part).Append('\n');
                script.Append("COMMIT\n");
            }
        }

        return script.ToString();
    }

    private static bool IsOurs(string rule) =>
        rule.Contains("-j KUBE-", StringComparison.Ordinal) || rule.Contains(Comment, StringComparison.Ordinal);
}
