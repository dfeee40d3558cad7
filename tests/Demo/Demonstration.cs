using System.Net;
using Canario.LoadGenerator;
using Canario.LocalCluster;
using Canario.LocalCluster.Images;

namespace Canario.Demo;

/// <summary>Brings everything up, runs the <see cref="Scenario"/> and prints the <see cref="Report"/>.</summary>
internal static class Demonstration
{
    private const int NodePort = 30080;
    private const string OperatorNamespace = "canario-system";

    /// <summary>True when every outcome is the expected one.</summary>
    public static async Task<bool> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        progress.Title("A real Kubernetes on this machine");
        var node = await LocalNode.UpAsync(new LocalNodeOptions { Progress = Console.WriteLine }, cancellationToken);
        if (!options.SkipImages)
        {
            await LoadImagesAsync(progress, cancellationToken);
        }

        var kubectl = new Kubectl(node.KubeconfigPath);
        var address = IPAddress.Parse(await kubectl.RunAsync(
            cancellationToken, "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}"));

        progress.Title("Models over HTTP, and a Prometheus that scrapes the pods");
        var samples = Path.Combine(Checkout.Root, "samples");
        await using var models = await ModelHost.StartAsync(address, samples, cancellationToken);
        await using var prometheus = await PrometheusServer.StartAsync(address, kubectl, cancellationToken);
        progress.Say($"models at {models.Address}, Prometheus at {prometheus.Address}");

        await InstallAsync(node.KubeconfigPath, kubectl, progress, cancellationToken);
        return await RollOutAsync(options, kubectl, new Manifests(samples, models.Address, prometheus.Address, NodePort), progress, cancellationToken);
    }

    private static async Task LoadImagesAsync(Progress progress, CancellationToken cancellationToken)
    {
        progress.Title("Images");
        foreach (var archive in await ContainerImages.BuildAsync(new ImageOptions { Progress = Console.WriteLine }, cancellationToken))
        {
            progress.Say((await LocalNode.LoadImageAsync(archive, cancellationToken)).Trim());
        }
    }

    private static async Task InstallAsync(string kubeconfig, Kubectl kubectl, Progress progress, CancellationToken cancellationToken)
    {
        progress.Title("Canario, by helm");
        var helmPath = (await new Tool(Path.Combine(Checkout.Root, "build", "helm"), new Dictionary<string, string>()).RunAsync([], null, cancellationToken)).Trim();
        var helm = new Tool(helmPath, new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig });
        await kubectl.ApplyCrdAsync(Path.Combine(Checkout.Root, "crds", "canario.dev_modeldeployments.yaml"), cancellationToken);
        await helm.RunAsync(
            [
                "upgrade", "--install", "canario", Path.Combine(Checkout.Root, "charts", "canario"),
                "--namespace", OperatorNamespace, "--create-namespace", "--skip-crds", "--disable-openapi-validation",
                "--values", Path.Combine(Checkout.Root, "tests", "Demo", "values.yaml"),
                "--wait", "--timeout", "3m",
            ],
            null,
            cancellationToken);
        progress.Say((await kubectl.RunAsync(cancellationToken, "get", "pods", "-n", OperatorNamespace)).Trim());
    }

    private static async Task<bool> RollOutAsync(
        DemoOptions options, Kubectl kubectl, Manifests manifests, Progress progress, CancellationToken cancellationToken)
    {
        await kubectl.ApplyAsync($"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {Manifests.Namespace}\n", cancellationToken);
        // A run starts from nothing, so that its revisions are new ones.
        await kubectl.RunAsync(cancellationToken, "delete", "modeldeployments", "--all", "-n", Manifests.Namespace, "--cascade=foreground", "--timeout=2m");

        await Scenario.ServeFirstVersionAsync(kubectl, manifests, progress, cancellationToken);
        await using var load = await Load.StartAsync(LoadFor(options), TimeSpan.FromSeconds(30), cancellationToken);
        progress.Say($"{options.Rate} requests a second from now on, to the node port at {LoadFor(options).Url}");

        var outcomes = await new Scenario(kubectl, manifests, load, progress).RunAsync(cancellationToken);
        var total = await load.StopAsync();
        Report.Print(outcomes, total);
        return outcomes.All(outcome => outcome.IsExpected);
    }

    private static LoadOptions LoadFor(DemoOptions options) => new()
    {
        Url = new Uri($"http://127.0.0.1:{NodePort}/predict"),
        Bodies = LoadOptions.ReadBodies(Path.Combine(Checkout.Root, "samples", Manifests.Name, "requests.jsonl")),
        Rate = options.Rate,
    };
}
