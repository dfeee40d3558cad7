using System.Text;
using System.Text.Json;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;
using Canario.Operator.Crd;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>One real control plane with the CRD for a group of tests; each test has a namespace of its own, and an operator for it.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private int _namespaces;

    public ControlPlane ControlPlane { get; private set; } = null!;

    public KubernetesClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Never the caller's cluster: the tests play the pods, and a kubelet would say otherwise.
        // Its routers are played too: nobody reads endpoints, and keeping them was a sixth of the API server's work.
        ControlPlane = await ControlPlane.StartAsync(new ControlPlaneOptions { UseKubeconfigFromEnvironment = false, ControllerArguments = ["--controllers=*,-endpoint,-endpointslice,-endpointslicemirroring"] });
        // Not the operator's name: what tests write is somebody else's.
        Client = Connect(new KubernetesClientOptions { FieldManager = "somebody" });
        await ApplyCrdAsync();
        await Eventually.TrueAsync(
            async () => (await Client.GetApiResourcesAsync(ModelDeployment.GroupVersion, CancellationToken.None)).Any(r => r.Name == ModelDeployment.Plural),
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

    // Neither kubectl nor server-side apply: both refuse CEL rules on a server that does not know them yet; a create drops them.
    private async Task ApplyCrdAsync()
    {
        var json = CrdBuilder.Build().ToJsonString();
        try
        {
            await Client.CreateAsync(Resources.CustomResourceDefinitions, JsonSerializer.Deserialize(json, KubernetesJson.Default.CustomResourceDefinition)!, CancellationToken.None);
        }
        catch (KubernetesException e) when (e.Error == KubernetesError.AlreadyExists)
        {
            await Client.MergePatchAsync(Resources.CustomResourceDefinitions, null, CrdBuilder.Name, Encoding.UTF8.GetBytes(json), CancellationToken.None);
        }
    }
}
