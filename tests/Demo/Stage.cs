using System.Net;
using System.Net.NetworkInformation;
using Canario.LoadGenerator;
using Canario.LocalCluster;
using Canario.LocalCluster.Images;

namespace Canario.Demo;

/// <summary>All that a rollout needs around it: a node with the images of this checkout, models to fetch, a Prometheus, and Canario installed by helm.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int MostProbes = 20;
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OfOneProbe = TimeSpan.FromSeconds(2);
    private static readonly IPAddress OfProbes = IPAddress.Parse("127.0.0.2");
    private static readonly string Samples = Path.Combine(Checkout.Root, "samples");

    private readonly IPAddress host;
    private readonly bool reachesPods;

    private Stage(Kubectl kubectl, IPAddress host, bool reachesPods, ModelHost models, PrometheusServer prometheus)
    {
        Kubectl = kubectl;
        this.host = host;
        this.reachesPods = reachesPods;
        Models = models;
        Prometheus = prometheus;
        Manifests = new Manifests(Samples, models.Address, prometheus.Address, Manifests.DemoNamespace, Manifests.DemoNodePort);
    }

    public Kubectl Kubectl { get; }

    public ModelHost Models { get; }

    public PrometheusServer Prometheus { get; }

    /// <summary>Of the demo; for another namespace and node port, a copy with these.</summary>
    public Manifests Manifests { get; }

    /// <summary>The cluster that KUBECONFIG names instead of the local node; null: none.</summary>
    public static string? ForeignKubeconfig => LocalNode.ForeignKubeconfig;

    /// <param name="skipImages">Use the images that the node already has.</param>
    /// <param name="host">An address of this machine that pods reach; null: the node's own, which is this machine where the node is local.</param>
    public static async Task<Stage> SetAsync(bool skipImages, IPAddress? host, Progress progress, CancellationToken cancellationToken)
    {
        if (ForeignKubeconfig is { } foreign && host is null)
        {
            throw new DemoException(
                $"KUBECONFIG names {foreign}, a cluster that is not this machine's own node: say by --host ADDRESS or by {DemoOptions.HostVariable} at which address its pods reach this machine, where the models and Prometheus are");
        }

        if (host is not null && !IsOfThisMachine(host))
        {
            throw new DemoException($"{host} is no address of this machine; needed is the one at which the cluster's pods reach it (for kind, the gateway of its Docker network)");
        }

        var node = await StartNodeAsync(skipImages, progress, cancellationToken);
        var kubectl = await Kubectl.FindAsync(node.KubeconfigPath, cancellationToken);
        var address = host ?? IPAddress.Parse(await kubectl.RunAsync(
            cancellationToken, "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}"));

        progress.Title("Models over HTTP, and a Prometheus that scrapes the pods");
        var models = await ModelHost.StartAsync(address, Samples, cancellationToken);
        var prometheus = await PrometheusServer.StartAsync(address, kubectl, node.IsProvisioned, cancellationToken);
        var stage = new Stage(kubectl, address, node.IsProvisioned, models, prometheus);
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

    /// <summary>Another Prometheus beside the stage's, for whoever wants to stop it.</summary>
    public Task<PrometheusServer> StartPrometheusAsync(CancellationToken cancellationToken) => PrometheusServer.StartAsync(host, Kubectl, reachesPods, cancellationToken);

    /// <summary>Predictions for the model through its node port, <paramref name="rate"/> a second, until it is stopped. Begins to count when the port answers.</summary>
    public static async Task<LoadRun> StartLoadAsync(int nodePort, int rate, CancellationToken cancellationToken)
    {
        var options = new LoadOptions
        {
            Url = new Uri($"http://127.0.0.1:{nodePort}/predict"),
            Bodies = LoadOptions.ReadBodies(Path.Combine(Samples, Manifests.Name, "requests.jsonl")),
            Rate = rate,
        };
        // A node forwards a new port a moment after the Service is there: nothing of ours is asked before, and nothing refused. Who asks comes from an address of its own: what the node let pass before
        // stays unforwarded in its connection tracking for two minutes, and so would a request that happens to come from the same port as one of these.
        var probe = options with { Source = OfProbes, Rate = Math.Min(rate, MostProbes), Timeout = OfOneProbe };
        await using (await Load.StartAsync(probe, FirstAnswer, cancellationToken))
        {
        }

        return Load.Start(options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Prometheus.DisposeAsync();
        await Models.DisposeAsync();
    }

    private static bool IsOfThisMachine(IPAddress address) =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address));

    /// <summary>The node comes up while the images are built: the one waits most of the time, the other computes.</summary>
    private static async Task<LocalNode> StartNodeAsync(bool skipImages, Progress progress, CancellationToken cancellationToken)
    {
        if (ForeignKubeconfig is { } foreign)
        {
            progress.Title($"The cluster that KUBECONFIG names, {foreign}");
            return await LocalNode.UpAsync(cancellationToken: cancellationToken);
        }

        progress.Title(skipImages ? "A real Kubernetes on this machine" : "A real Kubernetes on this machine, and the images for it");
        var node = LocalNode.UpAsync(new LocalNodeOptions { Progress = text => Console.WriteLine("node    " + text) }, cancellationToken);
        if (skipImages)
        {
            return await node;
        }

        var images = ContainerImages.BuildAsync(new ImageOptions { Progress = text => Console.WriteLine("images  " + text) }, cancellationToken);
        await Task.WhenAll(node, images);
        foreach (var archive in await images)
        {
            progress.Say((await LocalNode.LoadImageAsync(archive, cancellationToken)).Trim());
        }

        return await node;
    }
}
