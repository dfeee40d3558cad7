using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Hosting;
using Canario.Telemetry.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>An operator for one namespace, in this process, and a router that serves what the namespace's ConfigMaps say. Every status that it writes is inspected.</summary>
internal sealed class RunningOperator : IAsyncDisposable
{
    private static readonly TimeSpan s_longestLook = TimeSpan.FromMilliseconds(200);
    private readonly KubernetesClient _client;
    private readonly Following<ConfigMap> _configurations;
    private readonly LoopbackServer _router;
    private readonly OperatorService _service;
    private readonly StatusInspector _inspector;

    private RunningOperator(KubernetesClient client, Following<ConfigMap> configurations, LoopbackServer router, OperatorService service, StatusInspector inspector)
    {
        _client = client;
        _configurations = configurations;
        _router = router;
        _service = service;
        _inspector = inspector;
    }

    /// <param name="metrics">What pods and routers answer to who asks for their metrics.</param>
    /// <param name="models">Where a pod's model server is; without it there is none.</param>
    public static async Task<RunningOperator> StartAsync(ClusterFixture cluster, string ns, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null, bool leaderElection = false, string identity = "test", Uri? prometheus = null, RequestDelegate? metrics = null, Func<Pod, Uri>? models = null)
    {
        var inspector = new StatusInspector();
        var client = cluster.Connect(new KubernetesClientOptions { Wrap = inner => inspector.Around(wrap?.Invoke(inner) ?? inner) });
        var configurations = new Following<ConfigMap>(cluster.Client, Resources.ConfigMaps, ns, labels: Labels.RouterConfig + "=true");
        // A router that does not know yet what it serves would be a state that no test means.
        await configurations.SyncAsync();
        var router = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == HttpPaths.Metrics && metrics is not null)
            {
                await metrics(context);
                return;
            }

            if (context.Request.Path == HttpPaths.Contract)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            var served = configurations.Now.List().Select(m => JsonSerializer.Deserialize(m.Data![RouterConfiguration.Key], ContractJson.Default.RouterConfiguration)!);
            var answer = new RouterAcknowledgement(served.ToDictionary(c => c.Model, c => c.Version));
            await context.Response.WriteAsync(JsonSerializer.Serialize(answer, ContractJson.Default.RouterAcknowledgement));
        });
        var options = new OperatorOptions { Namespace = ns, LeaderElection = leaderElection, LeaseNamespace = ns, Identity = identity, PrometheusAddress = prometheus };
        var service = new OperatorService(client, options, new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance) { RouterRetirement = TimeSpan.FromSeconds(2), AddressOfPod = (pod, port) => port == Ports.InferenceHttp && models is not null ? models(pod) : router.Address };
        await service.StartAsync(CancellationToken.None);
        return new RunningOperator(client, configurations, router, service, inspector);
    }

    /// <summary>Statuses that were stored and held against the rules.</summary>
    public int InspectedStatuses => _inspector.Inspected;

    /// <summary>API writes so far, events and leases included.</summary>
    public long Writes => _client.Writes;

    /// <summary>Waits until what belongs to the status that was just seen is done too: the operator stores the status first, then tells events and applies objects.</summary>
    public Task<long> SettleAsync() => RestAsync(TimeSpan.FromMilliseconds(500));

    /// <summary>Waits until nothing has been written for <paramref name="quiet"/>, two seconds unless told: a condition may hold before the last write that belongs to it. Answers the writes so far.</summary>
    public async Task<long> RestAsync(TimeSpan? quiet = null)
    {
        var (writes, rested, last) = (Writes, TimeSpan.Zero, TimeProvider.System.GetTimestamp());
        await Eventually.TrueAsync(
            () =>
            {
                var (before, passed) = (writes, TimeProvider.System.GetElapsedTime(last));
                (writes, last) = (Writes, TimeProvider.System.GetTimestamp());
                // A machine that stands still is no operator that rests.
                rested = writes != before || _inspector.UnderWay > 0 ? TimeSpan.Zero : rested + (passed < s_longestLook ? passed : s_longestLook);
                return rested > (quiet ?? TimeSpan.FromSeconds(2));
            },
            "the operator rests");
        return writes;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _service.StopAsync(limit.Token);
        _service.Dispose();
        await _router.DisposeAsync();
        await _configurations.DisposeAsync();
        _client.Dispose();
        Assert.True(_inspector.Findings.Count == 0, string.Join('\n', _inspector.Findings));
    }
}
