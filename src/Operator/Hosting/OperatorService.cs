using Canario.Kubernetes;
using Canario.Kubernetes.Events;
using Canario.Kubernetes.Leadership;
using Canario.Operator.Desired;
using Canario.Operator.Metrics.Prometheus;
using Canario.Operator.Reconcile;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Hosting;

/// <summary>The whole operator but its HTTP port: caches that run always, work that runs while leading.</summary>
sealed class OperatorService(KubernetesClient client, OperatorOptions options, MetricRegistry registry, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private const string LeaseName = "canario-operator";

    private readonly ILogger _logger = loggers.CreateLogger<OperatorService>();
    private volatile ClusterView? _view;

    /// <summary>Tests put their pods on loopback.</summary>
    public Func<Kubernetes.Models.Pod, int, Uri?> AddressOfPod { get; init; } = Observer.AddressOf;

    /// <summary>Tests have not the time.</summary>
    public TimeSpan RouterRetirement { get; init; } = WorkOptions.LongestConnection;

    /// <summary>The caches are full: this replica could lead at any moment.</summary>
    public bool IsReady => _view?.HasSynced == true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var budgets = await ResolveAsync([Resources.PodDisruptionBudgets, Resources.PodDisruptionBudgetsV1Beta1], stoppingToken);
        var autoscalers = await ResolveAsync([Resources.HorizontalPodAutoscalers, Resources.HorizontalPodAutoscalersV2Beta2], stoppingToken);
        var view = new ClusterView(client, budgets, autoscalers, options.Namespace, time, _logger);
        _view = view;
        using var http = PrometheusClient.CreateHttpClient();
        using var pods = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) });
        var events = new EventRecorder(client, new EventRecorderOptions { Component = LeaseName, Instance = options.Identity }, time, _logger);
        var metrics = new OperatorMetrics(registry);
        var session = new OperatorSession(
            client, view, new PrometheusClient(http), pods, events, metrics, BuildWorkOptions(budgets.Version == "v1"), time, _logger);
        // Told to stop only after the work has ended: its last events are still written.
        using var eventsStop = new CancellationTokenSource();
        var recording = events.RunAsync(eventsStop.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watching = view.RunAsync(stop.Token);
        var trimming = MemoryTrim.RunAsync(() => metrics.Done, time, stop.Token);
        var working = options.LeaderElection ? BuildElector().RunAsync(session.RunAsync, stop.Token) : session.RunAsync(stop.Token);
        try
        {
            // Neither ends by itself. If watching does, what is left would act on a picture that no longer changes: better a new process.
            await Task.WhenAny(working, watching);
            await stop.CancelAsync();
            await Task.WhenAll(working, watching);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await eventsStop.CancelAsync();
            await recording;
            await trimming;
        }
    }

    private LeaderElector BuildElector() => new(
        client, new LeaderElectionOptions { Namespace = options.LeaseNamespace ?? client.Access.Namespace, Name = LeaseName, Identity = options.Identity }, time, _logger);

    private WorkOptions BuildWorkOptions(bool hasPolicyV1) => new()
    {
        Workers = options.Workers,
        PrometheusAddress = options.PrometheusAddress,
        AddressOfPod = AddressOfPod,
        RouterRetirement = RouterRetirement,
        Desired = new DesiredOptions
        {
            InferenceServerImage = options.InferenceServerImage,
            RouterImage = options.RouterImage,
            ImagePullPolicy = options.ImagePullPolicy,
            ImagePullSecrets = options.ImagePullSecrets,
            RouterReplicas = options.RouterReplicas,
            HasPolicyV1 = hasPolicyV1,
        },
    };

    /// <summary>The API server may come up after the operator.</summary>
    private async Task<ResourceType<T>> ResolveAsync<T>(ResourceType<T>[] versions, CancellationToken cancellationToken) where T : class, Kubernetes.Models.IKubernetesObject
    {
        while (true)
        {
            try
            {
                return await client.ResolveAsync(versions, cancellationToken)
                    ?? throw new InvalidOperationException($"the cluster serves no {versions[0].Kind}: neither {string.Join(" nor ", versions.Select(version => version.ApiVersion))}");
            }
            catch (KubernetesException e)
            {
                Log.NoApiServer(_logger, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }
}
