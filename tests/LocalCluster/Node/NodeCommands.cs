using Canario.LocalCluster.Control;

namespace Canario.LocalCluster.Node;

internal static class NodeCommands
{
    public static IReadOnlyList<string> BuildContainerd(string configuration) => ["--config", configuration];

    public static IReadOnlyList<string> BuildKubelet(ControlPlaneLayout layout, string configuration) =>
    [
        "--config", configuration,
        "--kubeconfig", layout.KubeconfigOf("kubelet"),
        "--root-dir", NodeLayout.KubeletRoot,
        "--cert-dir", Path.Combine(NodeLayout.KubeletRoot, "pki"),
        "--volume-plugin-dir", Path.Combine(NodeLayout.KubeletRoot, "volume-plugins"),
        "--hostname-override", NodeLayout.Name,
        "--node-ip", NodeLayout.Gateway,
        "--container-runtime", "remote",
        "--container-runtime-endpoint", "unix://" + NodeLayout.ContainerdSocket,
        "--pod-infra-container-image", NodeLayout.PauseImage,
    ];

    public static IReadOnlyList<string> BuildProxy(ControlPlaneLayout layout, bool bridgedTrafficPassesIptables) =>
    [
        "--kubeconfig", layout.KubeconfigOf("kube-proxy"),
        "--hostname-override", NodeLayout.Name,
        "--proxy-mode", "iptables",
        "--cluster-cidr", NodeLayout.PodRange,
        "--conntrack-max-per-core", "0",
        // NodePorts answer on loopback only: nothing of a test cluster is offered to the network.
        "--nodeport-addresses", "127.0.0.0/8",
        "--healthz-bind-address", "127.0.0.1:10256",
        "--metrics-bind-address", "127.0.0.1:10249",
        // Endpoints change often in a rollout; the default waits a second between two syncs.
        "--iptables-min-sync-period", "0s",
        // Where bridged packets skip iptables, the answer of a pod to its neighbour would not be translated back.
        .. bridgedTrafficPassesIptables ? (string[])[] : ["--masquerade-all"],
    ];
}
