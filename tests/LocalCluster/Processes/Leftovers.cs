using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Canario.LocalCluster.Processes;

/// <summary>
/// Finds processes by a path of ours in their command line. A file of process ids would be wrong after a crash between fork and write,
/// and after the kernel has given an id to somebody else.
/// </summary>
internal static class Leftovers
{
    public static IReadOnlyList<int> Find(string directory)
    {
        var needle = directory.TrimEnd('/') + "/";
        var found = new List<int>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && CommandLine(id).Contains(needle, StringComparison.Ordinal))
                found.Add(id);
        }

        return found;
    }

    public static async Task KillAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (var id in Find(directory))
            await KillAsync(id, cancellationToken);
    }

    private static async Task KillAsync(int id, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
