using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

/// <summary>Removes all that a node leaves, whatever state it is in: nothing here needs a component of it to answer.</summary>
internal static class NodeTeardown
{
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(Steps steps, TimeProvider time, CancellationToken cancellationToken)
    {
        var marker = NodeMarker.Read();
        var sandboxes = FindSandboxes();
        steps.Say("Stopping Kubernetes");
        await Leftovers.KillAsync(NodeLayout.Directory, time, cancellationToken);
        steps.Say("Stopping pods");
        await KillPodsAsync(time, cancellationToken);
        // containerd and the shims name the run directory; with the pods gone they hold nothing.
        await Leftovers.KillAsync(NodeLayout.RunDirectory, time, cancellationToken);
        steps.Say("Removing mounts, network and data");
        await Mounts.UnmountUnderAsync(cancellationToken, NodeLayout.RunDirectory, NodeLayout.Directory);
        DeleteDirectory(NodeLayout.RunDirectory);
        Cgroups.Remove();
        await NodeNetwork.RemoveAsync(cancellationToken);
        RemoveCniResults(sandboxes);
        RemoveDeadShimSockets();
        foreach (var directory in marker?.AbsentDirectories ?? [])
        {
            if (NodeLayout.IsOursAlone(directory) || (Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any()))
                DeleteDirectory(directory);
        }

        foreach (var (path, value) in marker?.KernelSettings ?? [])
            await File.WriteAllTextAsync(path, value, cancellationToken);
        // The marker is in the directory itself, and goes last.
        foreach (var entry in Directory.Exists(NodeLayout.Directory) ? Directory.GetDirectories(NodeLayout.Directory) : [])
            DeleteDirectory(entry);
        DeleteDirectory(NodeLayout.Directory);
    }

    private static async Task KillPodsAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        // Again until none is left: a process may fork between the listing and the signal.
        while (!Cgroups.IsEmpty)
        {
            if (time.GetElapsedTime(started) > ExitTimeout)
                throw new LocalClusterException($"Processes of pods still run {ExitTimeout.TotalSeconds:0} s after they were killed; see the cgroups named kubepods.");
            Cgroups.KillProcesses();
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    private static HashSet<string> FindSandboxes()
    {
        const string sandboxes = NodeLayout.ContainerdState + "/io.containerd.grpc.v1.cri/sandboxes";
        return Directory.Exists(sandboxes) ? [.. Directory.GetDirectories(sandboxes).Select(path => Path.GetFileName(path)!)] : [];
    }

    // libcni keeps what it answered, by the sandbox's id, in a place that cannot be chosen.
    private static void RemoveCniResults(HashSet<string> sandboxes)
    {
        const string results = "/var/lib/cni/results";
        if (!Directory.Exists(results))
            return;
        foreach (var file in Directory.EnumerateFiles(results))
        {
            var name = Path.GetFileName(file);
            if (name.StartsWith("canario-", StringComparison.Ordinal) || name.Split('-').Any(sandboxes.Contains))
                File.Delete(file);
        }
    }

    // A killed shim leaves its socket. Those in use are another containerd's.
    private static void RemoveDeadShimSockets()
    {
        const string sockets = "/run/containerd/s";
        if (!Directory.Exists(sockets))
            return;
        var inUse = File.ReadAllText("/proc/net/unix");
        foreach (var file in Directory.EnumerateFiles(sockets).Where(file => !inUse.Contains(file, StringComparison.Ordinal)))
            File.Delete(file);
    }

    private static void DeleteDirectory(string path)
    {
        if (!Directory.Exists(path))
            return;
        if (Mounts.Under(path) is [var mount, ..])
            throw new LocalClusterException($"{path} is kept, because {mount} is still mounted. Run 'down' again.");
        Directory.Delete(path, recursive: true);
    }
}
