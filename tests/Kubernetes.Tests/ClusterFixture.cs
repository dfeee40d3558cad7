using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;

namespace Canario.Kubernetes.Tests;

/// <summary>One real API server for all tests that leave it running; each test has a namespace of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private int _namespaces;

    public ControlPlane ControlPlane { get; private set; } = null!;

    public KubernetesClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        ControlPlane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false });
        Client = Connect();
    }

    public KubernetesClient Connect(KubernetesClientOptions? options = null) => new(Kubeconfig.Load(ControlPlane.KubeconfigPath), options);

    public async Task<string> NewNamespaceAsync()
    {
        var name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _namespaces)}";
        await Client.CreateAsync(Resources.Namespaces, new Namespace { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
        return name;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await ControlPlane.DisposeAsync();
    }
}
