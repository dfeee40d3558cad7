using Canario.LocalCluster.Provisioning;

namespace Canario.LocalCluster.Node;

/// <summary>Everything that the one local node occupies on this machine. There is at most one: its interface and iptables rules are the machine's.</summary>
internal static class NodeLayout
{
    public const string Name = "canario";
    public const string Bridge = "canario0";
    public const string PodRange = "10.244.0.0/24";

    /// <summary>The bridge's own address: pods reach the machine, and so the API server, by it.</summary>
    public const string Gateway = "10.244.0.1";
    public const string ServiceRange = "10.96.0.0/16";
    public const string PauseImage = "canario.local/pause:1";

    public static string Directory { get; } = Path.Combine(CacheDirectory.Root, "cluster");

    public static string Kubeconfig { get; } = Path.Combine(Directory, "kubeconfig");

    public static string LockFile { get; } = Path.Combine(CacheDirectory.Root, "cluster.lock");

    /// <summary>Held by those who work with the node, see <see cref="NodeUse"/>.</summary>
    public static string UseFile { get; } = Path.Combine(CacheDirectory.Root, "cluster.use");

    /// <summary>Written before anything else is touched, removed last: while it exists, something may be left.</summary>
    public static string Marker { get; } = Path.Combine(Directory, "node.json");

    public static string ContainerdRoot { get; } = Path.Combine(Directory, "containerd");

    // Sockets must have short paths (108 bytes), and their mounts must not survive a restart of the machine.
    public const string RunDirectory = "/run/canario";

    public const string ContainerdState = RunDirectory + "/containerd";

    public const string ContainerdSocket = RunDirectory + "/containerd.sock";

    public static string KubeletRoot { get; } = Path.Combine(Directory, "kubelet");

    public static string CniDirectory { get; } = Path.Combine(Directory, "cni");

    /// <summary>
    /// Directories whose place kubelet, containerd and the CNI plug-ins hard-code, the deepest first. Those that were not there before go
    /// again; in the first three all content is ours then, the others go only when nobody else has put anything in.
    /// </summary>
    public static IReadOnlyList<string> SharedDirectories { get; } =
    [
        "/var/lib/kubelet", "/var/log/pods", "/var/log/containers",
        "/var/lib/cni/results", "/var/lib/cni/cache", "/var/lib/cni/networks", "/var/lib/cni", "/run/containerd/s", "/run/containerd/fifo", "/run/containerd",
    ];

    public static bool IsOursAlone(string sharedDirectory) => sharedDirectory is "/var/lib/kubelet" or "/var/log/pods" or "/var/log/containers";
}
