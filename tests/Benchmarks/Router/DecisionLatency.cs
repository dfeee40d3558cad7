using System.Globalization;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;

namespace Canario.Benchmarks.Router;

/// <summary>From a weight's write, on a real API server, until the router acknowledges it and until requests follow it.</summary>
internal static class DecisionLatency
{
    private const int Changes = 200;
    // A busy machine stalls the API server's disk now and then: the median batch is the router's figure.
    private const int Batches = 3;
    private const double MostMilliseconds = 100;
    private static readonly CancellationToken s_never = CancellationToken.None;

    public static async Task<int> RunAsync()
    {
        await using ControlPlane plane = await ControlPlane.StartAsync(
            new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false, Progress = static _ => { } });
        using var cluster = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath));
        using var stable = new TinyServer();
        using var candidate = new TinyServer();
        int port = ProxyProcess.FreePort() & ~1;
        await WriteSliceAsync(cluster, RouterFiles.Stable, stable.Port);
        await WriteSliceAsync(cluster, RouterFiles.Candidate, candidate.Port);
        await WriteAsync(cluster, port, 100, "v0");
        Environment.SetEnvironmentVariable("KUBECONFIG", plane.KubeconfigPath);
        using ProxyProcess router = ProxyProcess.RouterOfCluster(port);
        Environment.SetEnvironmentVariable("KUBECONFIG", null);
        await router.WaitReadyAsync();
        using var http = new HttpClient();
        using RouterClient client = await RouterClient.ConnectAsync(port);
        Console.WriteLine($"from a weight's write to a real API server until the router follows, {Changes} changes a batch, ms: p50, p99, most");
        var worst = new List<double>();
        for (int batch = 0; batch < Batches; batch++) worst.Add(await MeasureAsync(cluster, http, client, router, port, $"b{batch}-"));
        double p99 = Figures.Percentile(worst, 0.5);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"limit: the median batch's p99 <= {MostMilliseconds:F0} ms; it is {p99:F1} ms"));
        return p99 <= MostMilliseconds ? 0 : RouterBenchmark.Fail(string.Create(CultureInfo.InvariantCulture, $"p99 is {p99:F0} ms; the limit is {MostMilliseconds:F0}"));
    }

    private static async Task<double> MeasureAsync(KubernetesClient cluster, HttpClient http, RouterClient client, ProxyProcess router, int port, string batch)
    {
        List<double> written = [], acknowledged = [], followed = [];
        for (int i = 1; i <= Changes; i++)
        {
            int weight = i % 2 == 0 ? 100 : 0;
            string version = $"{batch}{i}", revision = weight == 100 ? RouterFiles.Stable : RouterFiles.Candidate;
            long since = TimeProvider.System.GetTimestamp();
            Task<double> writing = WriteAsync(cluster, port, weight, version).ContinueWith(
                _ => TimeProvider.System.GetElapsedTime(since).TotalMilliseconds, s_never, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            Task<double> acknowledging = UntilAsync(since, async () => await RouterClient.VersionAsync(http, router.Admin) == version);
            Task<double> following = UntilAsync(since, async () => (await client.AskAsync() ?? throw new InvalidOperationException("a request failed")) == revision);
            written.Add(await writing);
            acknowledged.Add(await acknowledging);
            followed.Add(await following);
        }

        Print("write answered", written);
        Print("acknowledged", acknowledged);
        Print("requests follow", followed);
        return Math.Max(Figures.Percentile(acknowledged, 0.99), Figures.Percentile(followed, 0.99));
    }

    private static void Print(string what, List<double> values) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {what,-16}{Figures.Percentile(values, 0.5),8:F1}{Figures.Percentile(values, 0.99),8:F1}{values.Max(),8:F1}"));

    private static async Task<double> UntilAsync(long since, Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(30)) throw new TimeoutException("A change was not followed within 30 s.");
        }

        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    private static Task WriteAsync(KubernetesClient cluster, int port, int stableWeight, string version) => cluster.ApplyAsync(
        Resources.ConfigMaps,
        new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new ObjectMeta { Name = "m-router", Namespace = "default", Labels = new Dictionary<string, string> { [Labels.RouterConfig] = "true" } },
            Data = new Dictionary<string, string>
            {
                [RouterConfiguration.Key] = JsonSerializer.Serialize(RouterFiles.Configuration(port, stableWeight, version), ContractJson.Default.RouterConfiguration),
            },
        },
        s_never);

    internal static async Task WriteSliceAsync(KubernetesClient cluster, string service, int port)
    {
        ResourceType<EndpointSlice> type = await cluster.ResolveAsync([Resources.EndpointSlices, Resources.EndpointSlicesV1Beta1], s_never)
            ?? throw new InvalidOperationException("The API server has no EndpointSlice.");
        await cluster.CreateAsync(
            type,
            new EndpointSlice
            {
                Metadata = new ObjectMeta { Name = service, Namespace = "default", Labels = new Dictionary<string, string> { [Labels.ServiceName] = service } },
                AddressType = "IPv4",
                Endpoints = [new Endpoint { Addresses = [$"{TinyServer.Address}"] }],
                Ports = [new EndpointPort { Name = Ports.HttpName, Port = port, Protocol = "TCP" }],
            },
            s_never);
    }
}
