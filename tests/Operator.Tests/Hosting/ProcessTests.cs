using System.Net;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Tests.Reconcile;

namespace Canario.Operator.Tests.Hosting;

[Collection(ClusterGroup.Name)]
public sealed class ProcessTests(ClusterFixture cluster)
{
    /// <summary>A pod's grace in the chart.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_tells_its_health_and_metrics_and_gives_its_lease_back_on_SIGTERM()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var process = await OperatorProcess.StartAsync(cluster.ControlPlane.KubeconfigPath, ns);
        await Models.CreateAsync(cluster.Client, ns);

        await Eventually.TrueAsync(async () => await process.StatusAsync("/readyz") == HttpStatusCode.OK, "it is ready", seen: () => process.Output);
        await Models.WaitAsync(cluster.Client, ns, "the operator has seen it", d => d.Status is not null);
        string[] expected =
        [
            "canario_operator_leading 1", "canario_operator_queue_depth ", "canario_operator_reconciles_total{result=\"success\"} ", "canario_operator_reconcile_duration_seconds_count ",
            $"canario_rollout_phase{{{MetricLabels.Namespace}=\"{ns}\",model=\"{Models.Name}\",phase=\"", $"canario_rollout_weight{{{MetricLabels.Namespace}=\"{ns}\",model=\"{Models.Name}\"}} 0",
            $"canario_rollouts_total{{{MetricLabels.Namespace}=\"{ns}\",model=\"{Models.Name}\",outcome=\"Promoted\"}} 0", "process_cpu_seconds_total ",
        ];
        var metrics = "";
        await Eventually.TrueAsync(
            async () =>
            {
                metrics = await process.ReadAsync("/metrics");
                return Array.TrueForAll(expected, line => metrics.Contains(line, StringComparison.Ordinal));
            },
            "all of its metrics are there",
            seen: () => metrics);
        Assert.Equal("process", (await cluster.Client.GetAsync(Resources.Leases, ns, "canario-operator", default)).Spec!.HolderIdentity);

        Assert.Equal(0, await process.StopAsync(s_grace));
        Assert.True(string.IsNullOrEmpty((await cluster.Client.GetAsync(Resources.Leases, ns, "canario-operator", default)).Spec!.HolderIdentity), process.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_an_API_server_that_answers_it_is_alive_but_not_ready_and_ends_with_0(bool listens)
    {
        var asked = new TaskCompletionSource();
        var silent = await LoopbackServer.StartAsync(async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        if (!listens)
            await silent.DisposeAsync();
        var kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, $$$"""
                {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c"}}], "clusters": [{"name": "c", "cluster": {"server": "{{{silent.Address}}}"}}]}
                """);
            await using var process = await OperatorProcess.StartAsync(kubeconfig, "team");
            if (listens)
                await asked.Task.WaitAsync(s_grace);
            else
                await Eventually.TrueAsync(() => process.Output.Contains(silent.Address.Authority, StringComparison.Ordinal), "it says that nobody answers");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, await process.StatusAsync("/readyz"));
            Assert.Equal(HttpStatusCode.OK, await process.StatusAsync("/healthz"));
            Assert.Contains("process_cpu_seconds_total", await process.ReadAsync("/metrics"), StringComparison.Ordinal);
            Assert.Equal(0, await process.StopAsync(s_grace));
        }
        finally
        {
            File.Delete(kubeconfig);
            if (listens)
                await silent.DisposeAsync();
        }
    }
}
