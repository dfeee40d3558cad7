namespace Canario.LocalCluster.Provisioning;

/// <summary>kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and kube-proxy, built once from Debian's source package.</summary>
internal static class KubernetesBinaries
{
    private const string Version = "1.20.2";
    private const string Reflect2Version = "1.0.2";
    private static readonly string[] Names = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"];

    public static string Directory { get; } = Path.Combine(CacheDirectory.Root, "kubernetes", $"{Version}+reflect2-{Reflect2Version}");

    public static async Task<string> EnsureAsync(Action<string> progress, TimeProvider time, CancellationToken cancellationToken)
    {
        if (IsComplete)
            return Directory;
        await Task.CompletedTask;
        throw new LocalClusterException($"{Directory} holds no Kubernetes.");
    }

    private static bool IsComplete => Names.All(name => File.Exists(Path.Combine(Directory, name)));
}
