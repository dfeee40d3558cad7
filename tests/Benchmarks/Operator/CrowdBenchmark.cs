using System.Globalization;
using Canario.Benchmarks.Router;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;

namespace Canario.Benchmarks.Operator;

/// <summary>
/// A hundred rollouts at once: canaries of two steps, judged by what the routers count. Half of the versions begin to fail while the first step holds. How late is each step left after its
/// hold, and how late is a failing version taken back after its first bad answer?
/// </summary>
internal static class CrowdBenchmark
{
    private const int Rollouts = 100;
    private const int Namespaces = 10;
    private const int AtOnce = 16;

    /// <summary>The machine's interval, and a second.</summary>
    private const double MostSeconds = 11;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    public static async Task<int> RunAsync()
    {
        var program = await PublishedOperator.BuildAsync();
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false, UseKubeconfigFromEnvironment = false });
        using var client = new KubernetesClient(Kubeconfig.Load(plane.KubeconfigPath), new KubernetesClientOptions { QueriesPerSecond = 0 });
        await CustomResource.CreateAsync(client);
        for (var i = 0; i < Namespaces; i++)
        {
            await client.CreateAsync(Resources.Namespaces, new Namespace { Metadata = new ObjectMeta { Name = $"team-{i}" } }, CancellationToken.None);
            await PlayedNamespaces.MakeReadyAsync(client, PlayedNamespaces.RouterPod($"team-{i}"), PlayedNamespaces.RouterAddress, CancellationToken.None);
        }

        using var stop = new CancellationTokenSource();
        var maps = new Cache<ConfigMap>();
        var crowd = new Crowd(Enumerable.Range(0, Rollouts).Select(i => new CrowdMember($"team-{i % Namespaces}", $"m{i}", fails: i % 2 == 1)));
        var deployments = new Cache<Deployment>();
        var models = new Cache<ModelDeployment>();
        var pods = new PlayedPods(client, deployments);
        models.Subscribe(change => crowd.See(change.New));
        await using var routers = await PlayedNamespaces.StartAsync(client, maps, crowd.WriteMetrics);
        var following = Task.WhenAll(
            new Reflector<ConfigMap>(client, Resources.ConfigMaps, maps, new ReflectorOptions<ConfigMap>()).RunAsync(stop.Token),
            new Reflector<Deployment>(client, Resources.Deployments, deployments, new ReflectorOptions<Deployment>()).RunAsync(stop.Token),
            new Reflector<ModelDeployment>(client, ModelDeployments.Resource, models, new ReflectorOptions<ModelDeployment>()).RunAsync(stop.Token),
            pods.RunAsync(stop.Token));

        List<Figure> figures;
        using (var process = new OperatorProcess(program, await OperatorAccount.CreateAsync(plane.KubeconfigPath)))
        {
            await process.WaitLeadingAsync();
            await ForAllAsync(member => client.CreateAsync(ModelDeployments.Resource, member.Build(), CancellationToken.None));
            await UntilAsync(() => crowd.All(member => member.Serves), "all first versions serve");
            var (cpu, started) = (process.CpuSeconds(), TimeProvider.System.GetTimestamp());
            await ForAllAsync(member => client.MergePatchAsync(ModelDeployments.Resource, member.Namespace, member.Name, CrowdMember.NextVersion, CancellationToken.None));
            await UntilAsync(() => crowd.All(member => member.IsOver), "all rollouts are over");
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rollouts} rollouts in {seconds:0} s, {process.CpuSeconds() - cpu:0.0} s of the operator's CPU, {process.ResidentMegabytes():0} MB"));
            figures =
            [
                Lateness("a step left after its hold, the latest", crowd.StepsLate),
                Lateness("a failing version taken back after its first bad answer, the latest", crowd.RollbacksLate),
                new Figure("rollouts that ended otherwise than they must", crowd.Count(member => !member.EndedWell), "", 0),
            ];
        }

        await stop.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var figure in figures)
            Console.WriteLine(figure.Describe());
        return figures.Count(f => !f.Holds);

        Task ForAllAsync(Func<CrowdMember, Task> act) =>
            Parallel.ForEachAsync(crowd, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (member, _) => await act(member));
    }

    private static Figure Lateness(string what, IReadOnlyList<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what[..what.LastIndexOf(',')]}: {sorted.Length} times, p50 {Figures.Percentile(sorted, 0.5):0.0} s, p99 {Figures.Percentile(sorted, 0.99):0.0} s"));
        return new Figure(what, sorted.Length == 0 ? double.NaN : sorted[^1], "s", MostSeconds);
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_limit)
                throw new TimeoutException($"not within {s_limit}: {what}");
            await Task.Delay(50);
        }
    }
}
