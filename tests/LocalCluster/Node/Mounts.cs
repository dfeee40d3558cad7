using System.Text.RegularExpressions;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

internal static partial class Mounts
{
    public static IReadOnlyList<string> Under(params string[] directories) =>
        [.. File.ReadLines("/proc/self/mounts")
            .Select(line => Octal().Replace(line.Split(' ')[1], match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString()))
            .Where(path => directories.Any(directory => path.StartsWith(directory + "/", StringComparison.Ordinal)))];

    public static async Task UnmountUnderAsync(CancellationToken cancellationToken, params string[] directories)
    {
        // The newest first: a mount may lie upon another. Lazily: a process that is just ending may hold it for another moment.
        foreach (var path in Under(directories).Reverse())
            await Command.TryRunAsync("umount", ["-l", path], cancellationToken);
    }

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
