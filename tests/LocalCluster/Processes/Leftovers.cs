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
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    // By program too: a shell or a kubectl that merely names one of our files is the user's.
    private static readonly HashSet<string> Programs =
    [
        "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy",
        "apiextensions-apiserver", "containerd", "containerd-shim-runc-v2", "runc", "docker-registry", "prometheus",
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

    /// <summary>Returns when all of them are gone.</summary>
    public static async Task KillAsync(string directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (Find(directory) is { Count: > 0 } leftovers)
        {
            if (time.GetElapsedTime(started) > ExitTimeout)
                throw new LocalClusterException($"{string.Join(", ", leftovers)} did not end {ExitTimeout.TotalSeconds:0} s after being killed.");
            foreach (var leftover in leftovers)
                Kill(leftover.Id);
            // Waiting for the exit of a process that is not a child is itself polling, and a slow one.
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
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
