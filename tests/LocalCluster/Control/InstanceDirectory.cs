using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Control;

/// <summary>
/// A directory of one running control plane. Its owner holds a lock in it, which the kernel drops when the owner ends, however it
/// ends: a directory whose lock can be taken is a dead run's, and its processes and files go.
/// </summary>
internal sealed class InstanceDirectory : IDisposable
{
    private readonly FileStream ownership;

    private InstanceDirectory(string path, FileStream ownership)
    {
        Path = path;
        this.ownership = ownership;
    }

    public string Path { get; }

    public static string Root { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"canario-control-planes-{Environment.UserName}");

    public static InstanceDirectory Create(string root)
    {
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Directory.CreateTempSubdirectory("new-").FullName;
        // Locked before it appears under the root, so that a cleaner never sees it without an owner.
        var ownership = TryLock(path)!;
        var final = System.IO.Path.Combine(root, Guid.NewGuid().ToString("N")[..12]);
        Directory.Move(path, final);
        return new InstanceDirectory(final, ownership);
    }

    /// <summary>Returns how many dead runs were cleaned up.</summary>
    public static async Task<int> CleanAsync(string root, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(root))
            return 0;
        var cleaned = 0;
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            using var ownership = TryLock(path);
            if (ownership is null)
                continue;
            await Leftovers.KillAsync(path, TimeProvider.System, cancellationToken);
            Delete(path);
            cleaned++;
        }

        return cleaned;
    }

    public void Dispose()
    {
        Delete(Path);
        ownership.Dispose();
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // Two runs clean the same dead one: the other's try for the lock may even put the lock file back while it is being deleted.
            // What then stays has no owner, and goes with the next start.
        }
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
