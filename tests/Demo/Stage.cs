using System.Net;
using Canario.LoadGenerator;
using Canario.LocalCluster;
using Canario.LocalCluster.Images;

namespace Canario.Demo;

/// <summary>All that a rollout needs around it: a node with the images of this checkout, models to fetch, a Prometheus, and Canario installed by helm.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int NodePort = 30080;

    private Stage(Kubectl kubectl, ModelHost models, PrometheusServer prometheus, Manifests manifests)
    {
        Kubectl = kubectl;
        Models = models;
        Prometheus = prometheus;
        Manifests = manifests;
    }

    public Kubectl Kubectl { get; }

    public ModelHost Models { get; }

    public PrometheusServer Prometheus { get; }

    public Manifests Manifests { get; }

    /// <summary>The cluster that KUBECONFIG names instead of the local node; null: none.</summary>
    public static string? ForeignKubeconfig => LocalNode.ForeignKubeconfig;

    /// <param name="skipImages">Use the images that the node already has.</param>
    /// <param name="host">An address of this machine that pods reach; null: the node's own, which is this machine where the node is local.</param>
    public static async Task<Stage> SetAsync(bool skipImages, IPAddress? host, Progress progress, CancellationToken cancellationToken)
    {
        progress.Title("A real Kubernetes on this machine");
        var node = await LocalNode.UpAsync(new LocalNodeOptions { Progress = Console.WriteLine }, cancellationToken);
        if (!node.IsProvisioned && host is null)
        {
            throw new DemoException("KUBECONFIG names a cluster that is not on this machine: say by --host at which address its pods reach this one");
        }

        if (!skipImages && node.IsProvisioned)
        {
            await LoadImagesAsync(progress, cancellationToken);
        }

        var kubectl = await Kubectl.FindAsync(node.KubeconfigPath, cancellationToken);
        var address = host ?? IPAddress.Parse(await kubectl.RunAsync(
            cancellationToken, "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}"));

        progress.Title("Models over HTTP, and a Prometheus that scrapes the pods");
        var samples = Path.Combine(Checkout.Root, "samples");
        var models = await ModelHost.StartAsync(address, samples, cancellationToken);
        var prometheus = await PrometheusServer.StartAsync(address, kubectl, cancellationToken);
        var stage = new Stage(kubectl, models, prometheus, new Manifests(samples, models.Address, prometheus.Address, NodePort));
        try
        {
            progress.Say($"models at {models.Address}, Prometheus at {prometheus.Address}");
            progress.Title("Canario, by helm");
            progress.Say(await Installation.InstallAsync(node.KubeconfigPath, kubectl, cancellationToken));
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Predictions for the model through the node port, <paramref name="rate"/> a second, until it is stopped.</summary>
    public static Task<LoadRun> StartLoadAsync(int rate, CancellationToken cancellationToken) => Load.StartAsync(
        new LoadOptions
        {
            Url = new Uri($"http://127.0.0.1:{NodePort}/predict"),
            Bodies = LoadOptions.ReadBodies(Path.Combine(Checkout.Root, "samples", Manifests.Name, "requests.jsonl")),
            Rate = rate,
        },
        TimeSpan.FromSeconds(30),
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Prometheus.DisposeAsync();
        await Models.DisposeAsync();
    }

    private static async Task LoadImagesAsync(Progress progress, CancellationToken cancellationToken)
    {
        progress.Title("Images");
        foreach (var archive in await ContainerImages.BuildAsync(new ImageOptions { Progress = Console.WriteLine }, cancellationToken))
        {
            progress.Say((await LocalNode.LoadImageAsync(archive, cancellationToken)).Trim());
        }
    }
}
