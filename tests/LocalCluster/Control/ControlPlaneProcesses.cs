using Canario.LocalCluster.Processes;
using Canario.LocalCluster.Security;

namespace Canario.LocalCluster.Control;

/// <summary>Starts and stops the components in their order and waits until each does its work.</summary>
internal sealed class ControlPlaneProcesses(
    ControlPlaneLayout layout, string binaries, ChildLifetime lifetime, TimeSpan startTimeout, TimeProvider time) : IAsyncDisposable
{
    private PemPair? admin;
    private ApiServerProbe? probe;
    private ChildProcess? etcd;
    private ChildProcess? apiServer;
    private ChildProcess? controllerManager;
    private ChildProcess? extensionsServer;
    private bool serviceAccounts;

    public ControlPlaneLayout Layout => layout;

    public CertificateAuthority Authority { get; } = new(time);

    public ApiServerProbe Probe => probe!;

    public async Task StartAsync(bool withControllers, IEnumerable<string> controllerArguments, CancellationToken cancellationToken)
    {
        serviceAccounts = withControllers;
        admin = ControlPlaneFiles.Write(layout, Authority);
        probe = new ApiServerProbe(layout.ApiServerUrl, Authority.CertificatePem, admin, time);
        etcd = await RunAsync("etcd", "etcd", ControlPlaneCommands.BuildEtcd(layout));
        await StartApiServerAsync(cancellationToken);
        if (!withControllers)
            return;
        controllerManager = await RunAsync(
            "kube-controller-manager", Binary("kube-controller-manager"), ControlPlaneCommands.BuildControllerManager(layout, controllerArguments));
        // The default ServiceAccount is the controllers' work: when it is there, they run.
        await probe.WaitForAsync("/api/v1/namespaces/default/serviceaccounts/default", controllerManager, startTimeout, cancellationToken);
    }

    public async Task StartApiServerAsync(CancellationToken cancellationToken)
    {
        if (apiServer is { HasExited: false })
            return;
        if (etcd is { HasExited: true })
            throw etcd.Failure("ended");
        apiServer = await RunAsync("kube-apiserver", Binary("kube-apiserver"), ControlPlaneCommands.BuildApiServer(layout, serviceAccounts));
        await Probe.WaitForAsync("/readyz", apiServer, startTimeout, cancellationToken);
        // A new API server makes this namespace after it has said that it is ready.
        await Probe.WaitForAsync("/api/v1/namespaces/default", apiServer, startTimeout, cancellationToken);
        if (etcd is { HasExited: true })
            throw etcd.Failure("ended");
    }

    /// <summary>Beside the API server, until all are disposed.</summary>
    /// <returns>An administrator's kubeconfig for it.</returns>
    public async Task<string> StartExtensionsServerAsync(string program, CancellationToken cancellationToken)
    {
        if (extensionsServer is not null)
            throw new InvalidOperationException("The extensions server runs already.");
        var port = FreePorts.Choose(1)[0];
        var url = $"https://127.0.0.1:{port}";
        extensionsServer = await RunAsync("apiextensions-apiserver", program, ControlPlaneCommands.BuildExtensionsServer(layout, port));
        using var ready = new ApiServerProbe(url, Authority.CertificatePem, admin!, time);
        await ready.WaitForAsync("/readyz", extensionsServer, startTimeout, cancellationToken);
        var kubeconfig = layout.KubeconfigOf("extensions-admin");
        SecretFile.Write(kubeconfig, Kubeconfig.Build(url, Authority.CertificatePem, "admin", admin!));
        return kubeconfig;
    }

    public async Task StopApiServerAsync()
    {
        if (apiServer is not null)
            await apiServer.KillAsync();
    }

    public Task<ChildProcess> RunAsync(string name, string program, IEnumerable<string> arguments) =>
        ChildProcess.StartAsync(name, layout.Log(name), lifetime, program, arguments);

    public string Binary(string name) => Path.Combine(binaries, name);

    /// <summary>Lets go of the components without stopping them.</summary>
    public void Release()
    {
        probe?.Dispose();
        Authority.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        // The API server goes last but etcd: controllers that lose it first would only fill their logs.
        foreach (var process in (ChildProcess?[])[extensionsServer, controllerManager, apiServer, etcd])
        {
            if (process is not null)
                await process.DisposeAsync();
        }

        Release();
    }
}
