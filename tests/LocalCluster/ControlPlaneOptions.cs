namespace Canario.LocalCluster;

/// <summary>How a control plane for one test run is started. The defaults suit nearly every test.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>
    /// Runs kube-controller-manager: Deployments, ReplicaSets, garbage collection, namespaces' deletion and default ServiceAccounts.
    /// Without it the start is about a second shorter, and Pods may be written without a ServiceAccount.
    /// </summary>
    public bool ControllerManager { get; init; } = true;

    /// <summary>The cluster in the variable KUBECONFIG is used instead of a new one, when the variable is set.</summary>
    public bool UseKubeconfigFromEnvironment { get; init; } = true;

    /// <summary>Longest wait for each component to answer; a loaded two-core machine needs far more than the usual 3 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Addresses of Services, in CIDR notation. Nothing routes them: a control plane alone has no node.</summary>
    public string ServiceRange { get; init; } = "10.96.0.0/16";

    /// <summary>Appended to kube-apiserver's command line, such as <c>--feature-gates=…</c>.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    /// <summary>Appended to kube-controller-manager's command line, such as <c>--controllers=*,-endpoint</c>.</summary>
    public IReadOnlyList<string> ControllerArguments { get; init; } = [];

    /// <summary>Receives a line for each step that takes time (a first start builds Kubernetes: minutes). Null: standard error.</summary>
    public Action<string>? Progress { get; init; }
}
