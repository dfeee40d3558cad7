namespace Canario.LocalCluster.Control;

/// <summary>Where one control plane keeps its files and listens.</summary>
internal sealed record ControlPlaneLayout(string Directory, int EtcdPort, int EtcdPeerPort, int ApiServerPort, string ServiceRange)
{
    /// <summary>A control plane alone is reached from this machine only; with a node, pods reach it through <see cref="AdvertiseAddress"/>.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Endpoint of the Service "kubernetes". Null: that Service has none, as nothing could use it without a node.</summary>
    public string? AdvertiseAddress { get; init; }

    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    public string ApiServerUrl => $"https://127.0.0.1:{ApiServerPort}";

    public string EtcdUrl => $"http://127.0.0.1:{EtcdPort}";

    public string Pki => Path.Combine(Directory, "pki");

    public string Logs => Path.Combine(Directory, "logs");

    public string AdminKubeconfig => Path.Combine(Directory, "kubeconfig");

    public string Log(string component) => Path.Combine(Logs, component + ".log");

    public string Certificate(string name) => Path.Combine(Pki, name);

    public string KubeconfigOf(string component) => Path.Combine(Pki, component + ".kubeconfig");
}
