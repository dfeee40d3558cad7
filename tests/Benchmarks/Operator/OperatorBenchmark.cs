using System.Globalization;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Configuration;
using Canario.Kubernetes.Models;
using Canario.LocalCluster;
using Canario.Operator.Api;

namespace Canario.Benchmarks.Operator;

/// <summary>
/// The operator beside a real etcd and kube-apiserver, on the same machine. Controllers of Kubernetes are left out: what they make of a Deployment is theirs.
/// </summary>
internal static class OperatorBenchmark
{
    private const int Deployments = 1000;
    private const int Namespaces = 10;
    private const int Singles = 40;
    private const int ChildrenEach = 5;
    private const int CreatedAtOnce = 16;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    public static async Task<int> RunAsync()
    {
        var program = await PublishedOperator.BuildAsync();
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { ControllerManager = false });
        using var client = new KubernetesClient(ClusterAccessLoader.Load(plane.KubeconfigPath), new KubernetesClientOptions { QueriesPerSecond = 0 });
        await PrepareAsync(client);
        var account = await OperatorAccount.CreateAsync(plane.KubeconfigPath);
        using var stop = new CancellationTokenSource();
        var maps = new Cache<ConfigMap>();
        var services = new Cache<Service>();
        // No more than is counted: what this program watches costs the API server, too.
        var following = Task.WhenAll(
            Follow(client, Resources.ConfigMaps, maps, Labels.ManagedBy + "=" + Labels.ManagedByCanario, stop.Token),
            Follow(client, Resources.Services, services, Labels.Model + ",!" + Labels.Revision, stop.Token));
        await using var router = await PlayedNamespaces.StartAsync(client, maps);
        List<Figure> figures = [];

        using (var idle = new OperatorProcess(program, account))
        {
            await idle.WaitLeadingAsync();
            figures.Add(new Figure("from create to the first child, median of single creations", await MeasureLatencyAsync(client, maps), "ms", 25));
        }

        await CreateAllAsync(client);
        var rate = 0.0;
        var writesBefore = await ApiWrites.CountAsync(plane.KubeconfigPath);
        using (var loaded = new OperatorProcess(program, account))
        {
            await loaded.WaitLeadingAsync();
            var (started, cpuAtStart, planeAtStart, alreadyDone) = (TimeProvider.System.GetTimestamp(), loaded.CpuSeconds(), ProcessTimes.ControlPlaneCpuSeconds(), Complete());
            await UntilAsync(() => Complete() >= Deployments, loaded);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            var (cpu, planeCpu) = (loaded.CpuSeconds() - cpuAtStart, ProcessTimes.ControlPlaneCpuSeconds() - planeAtStart);
            rate = (Deployments - alreadyDone) / seconds;
            figures.Add(new Figure("ModelDeployments reconciled with their children", rate, "a sec", 60, AtLeast: true));
            var writes = await SettleAsync(plane.KubeconfigPath);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(writes - writesBefore) / (double)Deployments:0.0} writes and {1000 * cpu / Deployments:0.0} ms of the operator's CPU and {1000 * planeCpu / Deployments:0.0} ms of the API server's and etcd's a ModelDeployment, {ChildrenEach} children each"));
            await router.MakePodsReadyAsync(Enumerable.Range(0, Namespaces).Select(i => $"team-{i}"));
            await SettleAsync(plane.KubeconfigPath);
            figures.AddRange(await MeasureRestAsync(plane.KubeconfigPath, loaded));
            figures.Add(new Figure("ModelDeployments that lack a child or are not Healthy", await CountIncompleteAsync(client), "", 0));
        }

        foreach (var byPost in (bool[])[false, true])
        {
            var raw = await RawWrites.MeasureAsync(client, "team-1", byPost ? "raw-post" : "raw-apply", byPost);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the same writes from a bare loop, {(byPost ? "children by POST" : "children by apply")}: {raw.ASecond:0.0} ModelDeployments a sec, {1000 * raw.ControlPlaneCpu:0.0} ms of the API server's and etcd's CPU each; operator / bare loop {rate / raw.ASecond:0.00}"));
        }

        await stop.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine($"load average {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]} on {Environment.ProcessorCount} cores: the API server's own work is most of a reconcile, and shares them");
        foreach (var figure in figures)
            Console.WriteLine(figure.Describe());
        return figures.Count(f => !f.Holds);

        // The Service of the ModelDeployment's own name is the last child to be made.
        int Complete() => services.List().Count(s => s.Metadata.Name!.StartsWith('m'));
    }

    private static async Task PrepareAsync(KubernetesClient client)
    {
        await CustomResource.CreateAsync(client);
        for (var i = 0; i < Namespaces; i++)
            await client.CreateAsync(Resources.Namespaces, new Namespace { Metadata = new ObjectMeta { Name = $"team-{i}" } }, CancellationToken.None);
    }

    private static Task Follow<T>(KubernetesClient client, ResourceType<T> type, Cache<T> cache, string selector, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        new Reflector<T>(client, type, cache, new ReflectorOptions<T> { LabelSelector = selector }).RunAsync(cancellationToken);

    /// <summary>From the create's answer to the watch event of the first child, one ModelDeployment after the other.</summary>
    private static async Task<double> MeasureLatencyAsync(KubernetesClient client, Cache<ConfigMap> maps)
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource<long>>(StringComparer.Ordinal);
        maps.Subscribe(change =>
        {
            if (change is { Old: null, New.Metadata.Labels: { } labels } && labels.TryGetValue(Labels.Model, out var model))
                seen.GetOrAdd(model, _ => NewSource()).TrySetResult(TimeProvider.System.GetTimestamp());
        });
        var took = new List<double>();
        for (var i = 0; i < Singles; i++)
        {
            var name = $"single-{i}";
            var arrival = seen.GetOrAdd(name, _ => NewSource());
            await client.CreateAsync(ModelDeployments.Resource, Build("team-0", name), CancellationToken.None);
            var created = TimeProvider.System.GetTimestamp();
            took.Add(TimeProvider.System.GetElapsedTime(created, await arrival.Task.WaitAsync(TimeSpan.FromSeconds(30))).TotalMilliseconds);
            // Idle again.
            await Task.Delay(150);
        }

        took.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"create to first child: min {took[0]:0.0}, median {took[Singles / 2]:0.0}, p90 {took[Singles * 9 / 10]:0.0}, max {took[^1]:0.0} ms"));
        return took[Singles / 2];

        static TaskCompletionSource<long> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static Task CreateAllAsync(KubernetesClient client) => Parallel.ForEachAsync(
        Enumerable.Range(0, Deployments),
        new ParallelOptions { MaxDegreeOfParallelism = CreatedAtOnce },
        async (i, token) => await client.CreateAsync(ModelDeployments.Resource, Build($"team-{i % Namespaces}", $"m{i}"), token));

    private static ModelDeployment Build(string ns, string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name },
        Spec = new ModelDeploymentSpec { Model = new ModelSpec { Uri = "http://models.test/v1/model.onnx" } },
    };

    private static async Task UntilAsync(Func<bool> condition, OperatorProcess process)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_limit)
                throw new TimeoutException($"not reconciled within {s_limit}; the operator's last line: {process.LastLine}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until no write comes for some seconds; answers how many there were.</summary>
    private static async Task<long> SettleAsync(string kubeconfig)
    {
        var (before, start) = (-1L, TimeProvider.System.GetTimestamp());
        while (true)
        {
            var now = await ApiWrites.CountAsync(kubeconfig);
            if (now == before || TimeProvider.System.GetElapsedTime(start) > s_limit)
                return now;
            before = now;
            await Task.Delay(TimeSpan.FromSeconds(5));
        }
    }

    private static async Task<IEnumerable<Figure>> MeasureRestAsync(string kubeconfig, OperatorProcess process)
    {
        var (writes, cpu, start) = (await ApiWrites.CountAsync(kubeconfig), process.CpuSeconds(), TimeProvider.System.GetTimestamp());
        await Task.Delay(s_rest);
        var share = 100 * (process.CpuSeconds() - cpu) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"of the memory at rest {process.ResidentMegabytes("RssAnon"):0.0} MB are the process's own, the rest are pages of files"));
        return
        [
            new Figure("memory at rest with 1,000 ModelDeployments, resident", process.ResidentMegabytes(), "MB", 120),
            new Figure("CPU at rest, of one core", share, "%", 1),
            new Figure($"API writes in {s_rest.TotalSeconds:0} s at rest, leader's lease aside", await ApiWrites.CountAsync(kubeconfig) - writes, "", 0),
        ];
    }

    private static async Task<int> CountIncompleteAsync(KubernetesClient client)
    {
        var models = Enumerable.Range(0, Deployments).Select(i => $"m{i}").ToHashSet(StringComparer.Ordinal);
        var lacking = new HashSet<string>(StringComparer.Ordinal);
        Check(await ModelsOfAsync(Resources.ConfigMaps), 1);
        Check(await ModelsOfAsync(Resources.ControllerRevisions), 1);
        Check(await ModelsOfAsync(Resources.Deployments), 1);
        Check(await ModelsOfAsync(Resources.Services), 2);
        var all = await client.ListAsync(ModelDeployments.Resource, null, null, CancellationToken.None);
        lacking.UnionWith(all.Items.Where(d => d.Status?.Phase != "Healthy").Select(d => d.Metadata.Name!));
        return lacking.Count;

        async Task<ILookup<string, string>> ModelsOfAsync<T>(ResourceType<T> type) where T : class, IKubernetesObject =>
            (await client.ListAsync(type, null, new ListOptions { LabelSelector = Labels.Model }, CancellationToken.None)).Items.ToLookup(o => o.Metadata.Labels![Labels.Model], o => o.Metadata.Name!);

        void Check(ILookup<string, string> found, int each) => lacking.UnionWith(models.Where(m => found[m].Count() != each));
    }
}
