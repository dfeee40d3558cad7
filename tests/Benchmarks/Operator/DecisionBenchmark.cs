using System.Globalization;
using Canario.Benchmarks.Router;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.LocalCluster;

namespace Canario.Benchmarks.Operator;

/// <summary>
/// From a decision in status to the new split: operator and router in processes of their own, on a real API server. The clock runs from the watch event that brings the new weight in
/// status until the router acknowledges it and until a request of a user whom this weight moves is answered by the other side.
/// </summary>
internal static class DecisionBenchmark
{
    private const int Steps = 20;
    private const int Rounds = 5;
    // A busy machine stalls the API server's disk now and then: the median batch is the product's figure.
    private const int Batches = 3;
    private const double MostMilliseconds = 100;

    public static async Task<int> RunAsync()
    {
        await using ControlPlane plane = await ControlPlane.StartAsync(
            new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false, Progress = static _ => { } });
        using var client = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath));
        await CustomResource.CreateAsync(client);
        await using DecisionScene scene = await DecisionScene.StartAsync(client, plane.KubeconfigPath, Steps);
        Console.WriteLine($"from a new weight in status until the router follows, {Rounds} rollouts of {Steps} steps and a rollback a batch, ms: p50, p99, most");
        await MeasureAsync(scene, 1);
        List<double> acknowledged = [], followed = [];
        for (int batch = 0; batch < Batches; batch++)
        {
            List<DecisionTimes> times = await MeasureAsync(scene, Rounds);
            Print("bare write", times.Select(t => t.Bare));
            Print("status written", times.Select(t => t.Decided));
            Print("router told", times.Select(t => t.Told));
            acknowledged.Add(Print("acknowledged", times.Select(t => t.Acknowledged)));
            followed.Add(Print("requests follow", times.Select(t => t.Followed)));
        }

        Console.WriteLine("  (bare write: a ConfigMap's by itself, just before; status written: from the command's write; router told: the ConfigMap's watch event)");
        double p99 = Math.Max(Figures.Percentile(acknowledged, 0.5), Figures.Percentile(followed, 0.5));
        var figure = new Figure("from a decision in status to the new split, median batch's p99", p99, "ms", MostMilliseconds);
        Console.WriteLine(figure.Describe());
        return figure.Holds ? 0 : 1;
    }

    private static async Task<List<DecisionTimes>> MeasureAsync(DecisionScene scene, int rounds)
    {
        var times = new List<DecisionTimes>();
        for (int round = 0; round < rounds; round++)
        {
            times.Add(await scene.RaiseAsync("retry", 0));
            for (int step = 1; step < Steps; step++) times.Add(await scene.RaiseAsync("promote", step));
            times.Add(await scene.AbortAsync());
        }

        return times;
    }

    private static double Print(string what, IEnumerable<double> values)
    {
        double[] all = [.. values];
        double p99 = Figures.Percentile(all, 0.99);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-16}{Figures.Percentile(all, 0.5),8:F1}{p99,8:F1}{all.Max(),8:F1}"));
        return p99;
    }
}
