using System.Diagnostics;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Crd;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>One real control plane with the CRD for all reconcile tests; each test has a namespace of its own, and an operator for it.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private int _namespaces;

    public ControlPlane ControlPlane { get; private set; } = null!;

    public KubernetesClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        ControlPlane = await ControlPlane.StartAsync();
        Client = Connect();
        await ApplyCrdAsync();
        await Eventually.TrueAsync(
            async () => (await Client.GetApiResourcesAsync(Api.ModelDeployment.GroupVersion, CancellationToken.None)).Any(r => r.Name == Api.ModelDeployment.Plural),
            "the CRD is served");
    }

    public KubernetesClient Connect(KubernetesClientOptions? options = null) => new(Kubeconfig.Load(ControlPlane.KubeconfigPath), options);

    public async Task<string> NewNamespaceAsync()
    {
        var name = $"operator-{Environment.ProcessId}-{Interlocked.Increment(ref _namespaces)}";
        await Client.CreateAsync(Resources.Namespaces, new Namespace { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
        return name;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await ControlPlane.DisposeAsync();
    }

    private async Task ApplyCrdAsync()
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", ControlPlane.KubeconfigPath, "apply", "-f", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await kubectl.StandardInput.WriteAsync(CrdBuilder.BuildYaml());
        kubectl.StandardInput.Close();
        var error = await kubectl.StandardError.ReadToEndAsync();
        await kubectl.WaitForExitAsync();
        Assert.True(kubectl.ExitCode == 0, error);
    }
}
