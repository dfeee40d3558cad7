using Canario.LocalCluster.Images;
using Canario.LocalCluster.Node;
using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Provisioning;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster;

/// <summary>
/// A whole Kubernetes node on this machine, with real pods: one at a time, started in the background, there until <see cref="DownAsync"/>.
/// With KUBECONFIG set to another cluster it provisions nothing and stands for that cluster.
/// </summary>
public sealed class LocalNode
{
    private LocalNode(string kubeconfigPath, bool isProvisioned)
    {
        KubeconfigPath = kubeconfigPath;
        IsProvisioned = isProvisioned;
        ApiServerUrl = Kubeconfig.ReadServer(kubeconfigPath);
    }

    /// <summary>Where the kubeconfig of the local node always is.</summary>
    public static string DefaultKubeconfigPath => NodeLayout.Kubeconfig;

    /// <summary>
    /// The kubeconfig of the cluster that KUBECONFIG names when that is not this machine's own node: nothing is provisioned then, and images are
    /// loaded with that cluster's own tool. Null: the node is, or would be, provisioned here.
    /// </summary>
    // Our own kubeconfig in KUBECONFIG (as 'up' tells the user to set it) still means our own node.
    public static string? ForeignKubeconfig =>
        Environment.GetEnvironmentVariable("KUBECONFIG") == NodeLayout.Kubeconfig || EnvironmentKubeconfig.Path == NodeLayout.Kubeconfig
            ? null
            : EnvironmentKubeconfig.Path;

    public string KubeconfigPath { get; }

    public string ApiServerUrl { get; }

    /// <summary>False for the cluster that KUBECONFIG names, see <see cref="ForeignKubeconfig"/>.</summary>
    public bool IsProvisioned { get; }

    /// <summary>Brings the node up, or finds it up. Takes seconds once Kubernetes is built.</summary>
    public static async Task<LocalNode> UpAsync(LocalNodeOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (ForeignKubeconfig is { } existing)
            return new LocalNode(existing, isProvisioned: false);
        options ??= new LocalNodeOptions();
        var progress = options.Progress ?? Console.Error.WriteLine;
        var steps = new Steps(progress, TimeProvider.System);
        await NodeUse.BeginAsync(alone: false, progress, TimeProvider.System, cancellationToken);
        using var ownership = await LockAsync(progress, cancellationToken);
        if ((await NodeObserver.ObserveAsync(TimeProvider.System, cancellationToken)).State == NodeState.Up)
        {
            steps.Say("The node is already up");
            return new LocalNode(NodeLayout.Kubeconfig, isProvisioned: true);
        }

        if (File.Exists(NodeLayout.Marker))
        {
            steps.Say("Removing what an earlier run left");
            await NodeTeardown.RunAsync(steps, TimeProvider.System, cancellationToken);
        }

        await SystemPackages.EnsureAsync(SystemPackages.ForNode, progress, cancellationToken);
        await NodeNetwork.RefuseForeignNodeAsync(cancellationToken);
        var binaries = await KubernetesBinaries.EnsureAsync(progress, TimeProvider.System, cancellationToken);
        try
        {
            await new NodeStart(binaries, options.StartTimeout, steps, TimeProvider.System).RunAsync(cancellationToken);
        }
        catch
        {
            await NodeTeardown.RunAsync(steps, TimeProvider.System, CancellationToken.None);
            throw;
        }

        return new LocalNode(NodeLayout.Kubeconfig, isProvisioned: true);
    }

    /// <summary>Removes pods, processes, mounts, network, iptables rules and data. Succeeds when there is nothing to remove.</summary>
    public static async Task DownAsync(Action<string>? progress = null, CancellationToken cancellationToken = default)
    {
        if (ForeignKubeconfig is not null)
            return;
        progress ??= Console.Error.WriteLine;
        var steps = new Steps(progress, TimeProvider.System);
        using var ownership = await LockAsync(progress, cancellationToken);
        // The marker is written first and removed last: without it there is nothing of ours.
        if (!File.Exists(NodeLayout.Marker))
        {
            NodeUse.End();
            steps.Say("The node is not up");
            return;
        }

        await NodeTeardown.RunAsync(steps, TimeProvider.System, cancellationToken);
        NodeUse.End();
        steps.Say("The node is down; nothing is left of it");
    }

    public static Task<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        NodeObserver.ObserveAsync(TimeProvider.System, cancellationToken);

    /// <summary>Makes a docker or OCI archive's images known to the node; returns a line for each. Only this machine's own node: see <see cref="ForeignKubeconfig"/>.</summary>
    /// <exception cref="LocalClusterException">KUBECONFIG names another cluster; the message holds the command that loads the archive there.</exception>
    public static async Task<string> LoadImageAsync(string archive, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(archive))
            throw new LocalClusterException($"There is no image archive at {archive}.");
        if (ForeignKubeconfig is { } foreign)
            throw new LocalClusterException(ForeignCluster.ExplainLoading(foreign, Path.GetFullPath(archive)));
        if (!File.Exists(NodeLayout.Marker))
            throw new LocalClusterException("The node is not up; run 'up' first.");
        return await ImageStore.ImportAsync(Path.GetFullPath(archive), cancellationToken);
    }

    /// <summary>Kills the node's API server, as a crash would, and starts it again after a while, as a supervisor would. Returns when it answers.</summary>
    public static Task RestartApiServerAsync(TimeSpan after, CancellationToken cancellationToken = default) =>
        ForeignKubeconfig is { } foreign
            ? throw new LocalClusterException($"KUBECONFIG names {foreign}: only the API server of this machine's own node is killed.")
            : ApiServerRestart.RunAsync(after, TimeProvider.System, cancellationToken);

    private static Task<IDisposable> LockAsync(Action<string> progress, CancellationToken cancellationToken) =>
        FileLock.TakeAsync(NodeLayout.LockFile, "bringing the node up or down", progress, TimeProvider.System, cancellationToken);
}
