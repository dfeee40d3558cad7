using Canario.LocalCluster.Control;
using Canario.LocalCluster.Images;
using Canario.LocalCluster.Processes;

namespace Canario.LocalCluster.Node;

/// <summary>The order in which a node comes up, each component awaited by what it does.</summary>
internal sealed class NodeStart(string binaries, TimeSpan timeout, Steps steps, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var ports = FreePorts.Choose(3);
        new NodeMarker(
            ports[2],
            NodeNetwork.ReadKernelSettings(),
            [.. NodeLayout.SharedDirectories.Where(directory => !Directory.Exists(directory))]).Write();
        Directory.CreateDirectory(NodeLayout.RunDirectory);
        await NodeNetwork.CreateAsync(cancellationToken);

        var layout = new ControlPlaneLayout(NodeLayout.Directory, ports[0], ports[1], ports[2], NodeLayout.ServiceRange)
        {
            // Pods reach the API server by the bridge's address, so it cannot listen on loopback alone.
            BindAddress = "0.0.0.0",
            AdvertiseAddress = NodeLayout.Gateway,
        };
        steps.Say("Starting the control plane");
        var control = new ControlPlaneProcesses(layout, binaries, ChildLifetime.Detached, timeout, time);
        try
        {
            await control.StartAsync(withControllers: true, [], cancellationToken);
            await control.RunAsync("kube-scheduler", control.Binary("kube-scheduler"), ControlPlaneCommands.BuildScheduler(layout));
            steps.Say("Starting containerd");
            await StartContainerdAsync(control, cancellationToken);
            steps.Say("Starting kubelet and kube-proxy");
            await StartKubeletAsync(control, cancellationToken);
            steps.Say($"Node '{NodeLayout.Name}' is ready");
        }
        finally
        {
            control.Release();
        }
    }

    private async Task StartContainerdAsync(ControlPlaneProcesses control, CancellationToken cancellationToken)
    {
        var configuration = Path.Combine(NodeLayout.Directory, "containerd.toml");
        // An overlay cannot lie upon an overlay: in a container, plain copies are the only way.
        var snapshotter = new DriveInfo(NodeLayout.Directory).DriveFormat is "overlay" or "overlayfs" ? "native" : "overlayfs";
        Directory.CreateDirectory(NodeLayout.CniDirectory);
        await File.WriteAllTextAsync(Path.Combine(NodeLayout.CniDirectory, "10-canario.conflist"), NodeConfiguration.BuildCni(), cancellationToken);
        await File.WriteAllTextAsync(configuration, NodeConfiguration.BuildContainerd(snapshotter), cancellationToken);
        var containerd = await control.RunAsync("containerd", "containerd", NodeCommands.BuildContainerd(configuration));
        await WaitAsync(
            containerd,
            "its socket did not answer",
            async () => (await Command.TryRunAsync("ctr", ["--address", NodeLayout.ContainerdSocket, "version"], cancellationToken)).ExitCode == 0,
            cancellationToken);
        await ImageStore.ImportAsync(await PauseImage.BuildAsync(cancellationToken), cancellationToken);
    }

    private async Task StartKubeletAsync(ControlPlaneProcesses control, CancellationToken cancellationToken)
    {
        var layout = control.Layout;
        var client = control.Authority.IssueClient("system:node:" + NodeLayout.Name, "system:nodes");
        ControlPlaneFiles.WriteKubeconfig(layout, control.Authority, "kubelet", client);
        var configuration = Path.Combine(NodeLayout.Directory, "kubelet.yaml");
        await File.WriteAllTextAsync(configuration, NodeConfiguration.BuildKubelet(layout.Certificate("ca.crt")), cancellationToken);
        var kubelet = await control.RunAsync("kubelet", control.Binary("kubelet"), NodeCommands.BuildKubelet(layout, configuration));
        var proxy = await control.RunAsync(
            "kube-proxy", control.Binary("kube-proxy"), NodeCommands.BuildProxy(layout, NodeNetwork.BridgedTrafficPassesIptables));
        await control.Probe.WaitForAsync("/api/v1/nodes/" + NodeLayout.Name, kubelet, timeout, cancellationToken, NodeObserver.IsReady);
        await WaitAsync(
            proxy,
            "it wrote no rule for the Service 'kubernetes'",
            async () => (await Command.RunAsync("iptables-save", ["-t", "nat"], cancellationToken)).Contains("default/kubernetes:https", StringComparison.Ordinal),
            cancellationToken);
    }

    private async Task WaitAsync(ChildProcess process, string otherwise, Func<Task<bool>> isReady, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!await isReady())
        {
            if (process.HasExited)
                throw process.Failure("ended while it was starting");
            if (time.GetElapsedTime(started) > timeout)
                throw process.Failure($"was not ready within {timeout.TotalSeconds:0} s: {otherwise}");
            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
