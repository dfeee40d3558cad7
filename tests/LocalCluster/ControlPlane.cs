using Canario.LocalCluster.Control;
using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Provisioning;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster;

/// <summary>
/// A real Kubernetes control plane for one test run: etcd, kube-apiserver and, unless switched off, kube-controller-manager, on ports and
/// in a directory of its own. Instances run side by side. All of it dies with this process, even when that is killed.
/// With KUBECONFIG set in the environment it provisions nothing and stands for that cluster.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private const int Attempts = 3;
    private readonly ControlPlaneProcesses? processes;
    private readonly InstanceDirectory? directory;

    private ControlPlane(string kubeconfigPath, string apiServerUrl, ControlPlaneProcesses? processes, InstanceDirectory? directory)
    {
        KubeconfigPath = kubeconfigPath;
        ApiServerUrl = apiServerUrl;
        this.processes = processes;
        this.directory = directory;
    }

    /// <summary>An administrator's kubeconfig, its certificates embedded.</summary>
    public string KubeconfigPath { get; }

    public string ApiServerUrl { get; }

    /// <summary>False for the cluster that KUBECONFIG names: it is neither stopped nor restarted.</summary>
    public bool IsProvisioned => processes is not null;

    /// <summary>Logs of the components, until the control plane is disposed. Null when not provisioned here.</summary>
    public string? LogDirectory => processes?.Layout.Logs;

    public static async Task<ControlPlane> StartAsync(ControlPlaneOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ControlPlaneOptions();
        if (options.UseKubeconfigFromEnvironment && EnvironmentKubeconfig.Path is { } existing)
            return new ControlPlane(existing, Kubeconfig.ReadServer(existing), null, null);

        var progress = options.Progress ?? Console.Error.WriteLine;
        await InstanceDirectory.CleanAsync(InstanceDirectory.Root, cancellationToken);
        var binaries = await KubernetesBinaries.EnsureAsync(progress, TimeProvider.System, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(options, binaries, cancellationToken);
            }
            catch (LocalClusterException e) when (attempt < Attempts && e.Message.Contains("address already in use", StringComparison.Ordinal))
            {
                progress("A port was taken by another process in the meantime; starting again on others.");
            }
        }
    }

    /// <summary>Kills the API server, as a crash would. Its data stays; connections break.</summary>
    public Task StopApiServerAsync() => Owned().StopApiServerAsync();

    /// <summary>Starts the API server again on the same address and waits until it is ready.</summary>
    public Task StartApiServerAsync(CancellationToken cancellationToken = default) => Owned().StartApiServerAsync(cancellationToken);

    /// <summary>
    /// Starts a current server of custom resources beside the API server, with a name space of its own in the same store: what a newer Kubernetes makes of a CRD, its CEL rules among it. It ends with the control plane.
    /// </summary>
    /// <param name="program">apiextensions-apiserver, where <c>build/extensions-server</c> says.</param>
    /// <param name="cancellationToken">Ends the wait until it is ready.</param>
    /// <returns>An administrator's kubeconfig for it.</returns>
    public Task<string> StartExtensionsServerAsync(string program, CancellationToken cancellationToken = default) => Owned().StartExtensionsServerAsync(program, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (processes is not null)
            await processes.DisposeAsync();
        directory?.Dispose();
    }

    private static async Task<ControlPlane> StartAsync(ControlPlaneOptions options, string binaries, CancellationToken cancellationToken)
    {
        var directory = InstanceDirectory.Create(InstanceDirectory.Root);
        var ports = FreePorts.Choose(3);
        var layout = new ControlPlaneLayout(directory.Path, ports[0], ports[1], ports[2], options.ServiceRange)
        {
            ApiServerArguments = options.ApiServerArguments,
        };
        var processes = new ControlPlaneProcesses(layout, binaries, ChildLifetime.WithParent, options.StartTimeout, TimeProvider.System);
        try
        {
            await processes.StartAsync(options.ControllerManager, options.ControllerArguments, cancellationToken);
            return new ControlPlane(layout.AdminKubeconfig, layout.ApiServerUrl, processes, directory);
        }
        catch
        {
            await processes.DisposeAsync();
            directory.Dispose();
            throw;
        }
    }

    private ControlPlaneProcesses Owned() => processes
        ?? throw new InvalidOperationException("This cluster comes from KUBECONFIG; only a provisioned one is stopped and started (see IsProvisioned).");
}
