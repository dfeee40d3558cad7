using System.Text;
using System.Text.RegularExpressions;
using Canario.LocalCluster.Node;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Tests;

/// <summary>What of this machine a node changes, a line each, read from the kernel and not by the code that cleans up.</summary>
internal static partial class MachineTraces
{
    private static readonly string[] Ours = [NodeLayout.Directory, NodeLayout.RunDirectory];

    public static async Task<HashSet<string>> ReadAsync() =>
    [
        .. Processes(),
        .. File.ReadLines("/proc/self/mounts").Select(line => "mount " + line.Split(' ')[1]),
        .. Directory.GetFileSystemEntries("/sys/class/net").Select(path => "interface " + Path.GetFileName(path)),
        .. Lines(await Command.RunAsync("ip", ["route", "show", "table", "all"], default)).Select(line => "route " + line),
        .. Rules(await Command.RunAsync("iptables-save", [], default)).Select(rule => "IPv4 rule " + rule),
        .. Rules(await Command.RunAsync("ip6tables-save", [], default)).Select(rule => "IPv6 rule " + rule),
        .. Cgroups().Select(path => "cgroup " + path),
        .. NodeLayout.SharedDirectories.Concat(Ours).Where(Directory.Exists).Select(path => "directory " + path),
        .. NodeLayout.SharedDirectories.Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries).Select(path => "entry " + path),
        .. NodeNetwork.ReadKernelSettings().Select(setting => $"setting {setting.Key}={setting.Value}"),
    ];

    private static IEnumerable<string> Processes()
    {
        foreach (var directory in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string line;
            try
            {
                line = Encoding.UTF8.GetString(File.ReadAllBytes(directory + "/cmdline")).Replace('\0', ' ').Trim();
            }
            catch (IOException)
            {
                // It ended between the listing and the look.
                continue;
            }

            if (line == "/pause" || Ours.Any(path => line.Contains(path + "/", StringComparison.Ordinal)))
                yield return $"process {Path.GetFileName(directory)} {line.Split(' ')[0]}";
        }
    }

    // A chain of the kernel's own appears, empty, as soon as somebody looks into its table.
    private static IEnumerable<string> Rules(string saved)
    {
        var table = "";
        foreach (var line in Lines(saved))
        {
            if (line.StartsWith('*'))
                table = line[1..];
            else if (line.StartsWith("-A ", StringComparison.Ordinal) || UserChain().IsMatch(line))
                yield return $"{table} {line.Split(" - [")[0]}";
        }
    }

    // Two levels: a hierarchy and what lies in its root.
    private static IEnumerable<string> Cgroups() =>
        Directory.GetDirectories("/sys/fs/cgroup").SelectMany(path => Directory.GetDirectories(path).Append(path));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^:\S+ - ")]
    private static partial Regex UserChain();
}
