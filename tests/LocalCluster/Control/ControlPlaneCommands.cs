namespace Canario.LocalCluster.Control;

/// <summary>The command lines of the control plane's components.</summary>
internal static class ControlPlaneCommands
{
    public static IReadOnlyList<string> BuildEtcd(ControlPlaneLayout layout) =>
    [
        "--name", "canario",
        "--data-dir", Path.Combine(layout.Directory, "etcd"),
        "--listen-client-urls", layout.EtcdUrl,
        "--advertise-client-urls", layout.EtcdUrl,
        "--listen-peer-urls", $"http://127.0.0.1:{layout.EtcdPeerPort}",
        "--initial-advertise-peer-urls", $"http://127.0.0.1:{layout.EtcdPeerPort}",
        "--initial-cluster", $"canario=http://127.0.0.1:{layout.EtcdPeerPort}",
        // The data is thrown away after the run; a killed process loses nothing without fsync, only a lost machine does.
        "--unsafe-no-fsync",
        "--log-level", "warn",
    ];

    public static IReadOnlyList<string> BuildApiServer(ControlPlaneLayout layout, bool serviceAccounts) =>
    [
        "--bind-address", layout.BindAddress,
        "--secure-port", $"{layout.ApiServerPort}",
        .. layout.AdvertiseAddress is { } address
            ? (string[])["--advertise-address", address]
            : ["--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none"],
        "--etcd-servers", layout.EtcdUrl,
        "--service-cluster-ip-range", layout.ServiceRange,
        "--tls-cert-file", layout.Certificate("apiserver.crt"),
        "--tls-private-key-file", layout.Certificate("apiserver.key"),
        "--client-ca-file", layout.Certificate("ca.crt"),
        "--kubelet-client-certificate", layout.Certificate("kubelet-client.crt"),
        "--kubelet-client-key", layout.Certificate("kubelet-client.key"),
        // By address: the node's name means nothing to the machine's DNS.
        "--kubelet-preferred-address-types", "InternalIP",
        "--service-account-issuer", "https://kubernetes.default.svc",
        "--service-account-key-file", layout.Certificate("service-account.key"),
        "--service-account-signing-key-file", layout.Certificate("service-account.key"),
        "--authorization-mode", "Node,RBAC",
        "--allow-privileged=true",
        // Without the controllers nobody makes default ServiceAccounts, and every Pod would be refused for the lack of one.
        .. serviceAccounts ? (string[])[] : ["--disable-admission-plugins", "ServiceAccount"],
        .. layout.ApiServerArguments,
    ];

    /// <summary>A server of custom resources alone, which asks the control plane's API server who may do what.</summary>
    public static IReadOnlyList<string> BuildExtensionsServer(ControlPlaneLayout layout, int port) =>
    [
        "--bind-address", layout.BindAddress,
        "--secure-port", $"{port}",
        "--etcd-servers", layout.EtcdUrl,
        "--etcd-prefix", "/extensions",
        "--tls-cert-file", layout.Certificate("apiserver.crt"),
        "--tls-private-key-file", layout.Certificate("apiserver.key"),
        "--kubeconfig", layout.AdminKubeconfig,
        "--authentication-kubeconfig", layout.AdminKubeconfig,
        "--authorization-kubeconfig", layout.AdminKubeconfig,
        // They ask the control plane for kinds that it is too old to have.
        "--enable-priority-and-fairness=false",
        "--disable-admission-plugins", "NamespaceLifecycle,MutatingAdmissionPolicy,ValidatingAdmissionPolicy,MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
    ];

    public static IReadOnlyList<string> BuildControllerManager(ControlPlaneLayout layout, IEnumerable<string> more) =>
    [
        "--kubeconfig", layout.KubeconfigOf("kube-controller-manager"),
        "--service-account-private-key-file", layout.Certificate("service-account.key"),
        "--root-ca-file", layout.Certificate("ca.crt"),
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--port", "0",
        "--secure-port", "0",
        // The defaults (20 a second) would make the controllers, not the code under test, the bottleneck with a thousand objects.
        "--kube-api-qps", "500",
        "--kube-api-burst", "1000",
        .. more,
    ];

    public static IReadOnlyList<string> BuildScheduler(ControlPlaneLayout layout) =>
    [
        "--kubeconfig", layout.KubeconfigOf("kube-scheduler"),
        "--leader-elect=false",
        "--port", "0",
        "--secure-port", "0",
    ];
}
