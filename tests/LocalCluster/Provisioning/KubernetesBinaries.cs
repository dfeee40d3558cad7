using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Provisioning;

/// <summary>kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and kube-proxy, built once from Debian's source package.</summary>
internal static class KubernetesBinaries
{
    // Debian's source package of this release; the version of reflect2 is part of the key because it changes the result.
    public const string Version = "1.20.2";
    public const string Reflect2Version = "1.0.2";

    public static IReadOnlyList<string> Names { get; } =
        ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"];

    private static readonly string Root = Path.Combine(CacheDirectory.Root, "kubernetes");

    private static readonly string Key = $"{Version}+reflect2-{Reflect2Version}";

    /// <summary>Returns the folder with the binaries; builds them first when it is not there (minutes, once a machine).</summary>
    public static async Task<string> EnsureAsync(Action<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        await SystemPackages.EnsureAsync(SystemPackages.ForControlPlane, progress, cancellationToken);
        var directory = Path.Combine(Root, Key);
        if (IsComplete(directory))
            return directory;
        using var ownership = await FileLock.TakeAsync(Path.Combine(Root, "build.lock"), "building Kubernetes", progress, time, cancellationToken);
        if (IsComplete(directory))
            return directory;
        await SystemPackages.EnsureAsync(SystemPackages.ForKubernetesBuild, progress, cancellationToken);
        // Whoever builds holds the lock, so what another build left here was interrupted; it takes a gigabyte.
        foreach (var abandoned in Directory.GetDirectories(Root, ".building-*"))
            Directory.Delete(abandoned, recursive: true);
        // Beside its final place, so that it gets there by a rename: whoever sees the folder sees all of it.
        var scratch = Path.Combine(Root, $".building-{Environment.ProcessId}");
        try
        {
            var built = await new KubernetesBuild(scratch, new Steps(progress, time)).RunAsync(cancellationToken);
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
            Directory.Move(built, directory);
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }

        return directory;
    }

    private static bool IsComplete(string directory) => Names.All(name => File.Exists(Path.Combine(directory, name)));
}
