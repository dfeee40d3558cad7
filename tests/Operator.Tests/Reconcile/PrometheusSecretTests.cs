using System.Collections.Concurrent;
using System.Text;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Reconcile;
using Canario.Rollouts;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Reconcile;

[Collection(WaitingGroup.Name)]
public sealed class PrometheusSecretTests(ClusterFixture cluster) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _received = new();
    private LoopbackServer _prometheus = null!;
    private string _ns = "";

    public async Task InitializeAsync()
    {
        _ns = await cluster.NewNamespaceAsync();
        _prometheus = await LoopbackServer.StartAsync(context =>
        {
            _received.Enqueue(context.Request.Headers.Authorization.ToString());
            return context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[]}}""");
        });
    }

    public async Task DisposeAsync() => await _prometheus.DisposeAsync();

    [Fact]
    public async Task A_gate_asks_with_the_Secret_s_header_and_says_which_one_it_misses()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns);
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""
            {"spec":{
              "metrics":{"prometheus":{"address":"{{{{{_prometheus.Address}}}}}","authSecretRef":{"name":"prometheus","key":"auth"}}},
              "gates":[{"name":"errors","type":"ErrorRate","max":0.1}],
              "strategy":{"canary":{"steps":[{"weight":20,"hold":{"duration":"0s"},"gates":["errors"]}]}}}}
            """);
        await Models.SetModelAsync(cluster.Client, _ns, "v2");

        var blind = await Models.WaitAsync(cluster.Client, _ns, "ProviderUnavailable", d => d.Status!.Gates is [{ Verdict: nameof(Verdict.ProviderUnavailable) }]);
        var condition = blind.Status!.Conditions!.Single(c => c.Type == ConditionTypes.Reconciling);
        Assert.Equal(RolloutReasons.ProviderUnavailable, condition.Reason);
        Assert.Contains("Secret prometheus", condition.Message, StringComparison.Ordinal);
        Assert.Empty(_received);

        await WriteAsync(("auth", "Bearer first"));
        await Models.WaitAsync(cluster.Client, _ns, "measured", d => d.Status!.Gates is [{ Verdict: nameof(Verdict.InsufficientData) }]);
        Assert.Equal(["Bearer first"], _received.Distinct());

        await WriteAsync(("auth", "Bearer second\n"));
        await Eventually.TrueAsync(() => _received.Contains("Bearer second"), "the rotated Secret is sent");
        // The old one never again.
        Assert.Equal(["Bearer first", "Bearer second"], _received.Aggregate(new List<string>(), (seen, next) => seen is [.., var last] && last == next ? seen : [.. seen, next]));
    }

    [Fact]
    public async Task Without_a_usable_key_there_is_a_problem_that_names_it_and_no_address()
    {
        var targets = new MetricTargets(cluster.Client, new Uri("http://fallback.test"));
        var deployment = new ModelDeployment
        {
            Metadata = new ObjectMeta { Namespace = _ns, Name = Models.Name },
            Spec = new ModelDeploymentSpec { Metrics = new MetricsSettings { Prometheus = new PrometheusSettings { Address = "http://own.test", AuthSecretRef = new SecretKeySettings { Name = "prometheus", Key = "auth" } } } },
        };

        Expect(await targets.ReadAsync(deployment, default), usable: false);
        await WriteAsync(("other", "Bearer x"));
        Expect(await targets.ReadAsync(deployment, default), usable: false);
        await WriteAsync(("auth", ""));
        Expect(await targets.ReadAsync(deployment, default), usable: false);
        await WriteAsync(("auth", "Bearer x"));
        Expect(await targets.ReadAsync(deployment, default), usable: true);
    }

    private void Expect(MetricTarget target, bool usable)
    {
        Assert.Equal(usable ? new Uri("http://own.test") : null, target.Address);
        Assert.Equal(usable ? "Bearer x" : null, target.Authorization);
        // Never the fallback: asked without the header, it would be another Prometheus than the one that spec names.
        var problem = $"Secret prometheus of namespace {_ns} has no usable key auth (spec.metrics.prometheus.authSecretRef)";
        Assert.Equal(usable ? null : problem, target.Problem);
    }

    private Task WriteAsync((string Key, string Value) entry) => cluster.Client.ApplyAsync(
        Resources.Secrets,
        new Secret { Metadata = new ObjectMeta { Namespace = _ns, Name = "prometheus" }, Data = new Dictionary<string, byte[]> { [entry.Key] = Encoding.UTF8.GetBytes(entry.Value) } },
        default,
        fieldManager: "tests");
}
