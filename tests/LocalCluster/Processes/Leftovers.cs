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
    // By program too: a shell or a kubectl that merely names one of our files is the user's.
    private static readonly HashSet<string> Programs =
    [
        "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy",
        "containerd", "containerd-shim-runc-v2", "runc", "docker-registry",
    ];

    public static IReadOnlyList<LeftoverProcess> Find(string directory)
    {
        var needle = directory.TrimEnd('/') + "/";
        var found = new List<LeftoverProcess>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ProgramOf(id) is { } program
                && Programs.Contains(program)
                && CommandLine(id).Contains(needle, StringComparison.Ordinal))
                found.Add(new LeftoverProcess(id, program));
        }

        return found;
    }

    public static async Task KillAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (var leftover in Find(directory))
            await KillAsync(leftover.Id, cancellationToken);
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

    private static string? ProgramOf(int id)
    {
        try
        {
            // The kernel appends " (deleted)" when the file was replaced while it ran.
            var target = new FileInfo($"/proc/{id}/exe").LinkTarget;
            return target is null ? null : Path.GetFileName(target).Replace(" (deleted)", "", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
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
