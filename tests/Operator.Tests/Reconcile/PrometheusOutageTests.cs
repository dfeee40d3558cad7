using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Metrics.Prometheus;
using Canario.Operator.Tests.Metrics;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Gates on a real Prometheus that scrapes what a router would expose.</summary>
[Collection(WaitingGroup.Name)]
public sealed class PrometheusOutageTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int Enough = 1000;
    private readonly HttpClient _http = PrometheusClient.CreateHttpClient();
    private readonly MetricRegistry _registry = new();
    private Counter _requests = null!;
    private LoopbackServer _scraped = null!;
    private PrometheusProcess _prometheus = null!;
    private string _ns = "";

    public async Task InitializeAsync()
    {
        _requests = _registry.CreateCounter(MetricNames.RouterRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        _scraped = await LoopbackServer.StartAsync(context => MetricsEndpoint.WriteAsync(context, _registry));
        _prometheus = await PrometheusProcess.StartAsync(_scraped.Address, _http);
        _ns = await cluster.NewNamespaceAsync();
    }

    public async Task DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        await _scraped.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Prometheus_stopped_in_a_rollout_holds_the_weight_and_rolls_nothing_back()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, prometheus: _prometheus.Address);
        var candidate = await BeginAsync();
        Answer(candidate, "200", Enough / 10);
        var few = await GateAsync(Verdict.InsufficientData);
        Assert.Equal(25, few.Status!.Weight);

        await _prometheus.KillAsync();
        var held = await GateAsync(Verdict.ProviderUnavailable);
        var condition = held.Status!.Conditions!.Single(c => c.Type == ConditionTypes.Reconciling);
        Assert.Equal((RolloutReasons.ProviderUnavailable, "True"), (condition.Reason, condition.Status));
        Assert.Contains(_prometheus.Address.Authority, condition.Message, StringComparison.Ordinal);
        // What would fail the gate, and what would pass it, is worth nothing while nobody counts it; a whole interval of the machine goes by.
        var since = held.Status.Rollout!.ProviderUnavailableSince!.Value;
        await Models.WaitAsync(cluster.Client, _ns, "an interval has passed", _ => TimeProvider.System.GetUtcNow() - since > TimeSpan.FromSeconds(12));
        var still = await Models.GetAsync(cluster.Client, _ns);
        Assert.Equal((25, nameof(RolloutPhase.Progressing), candidate), (still.Status!.Weight, still.Status.Phase, still.Status.CandidateRevision));
        Assert.Null(still.Status.Rejected);

        Answer(candidate, "200", Enough);
        await _prometheus.StartAsync();
        var promoted = await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.Equal(candidate, promoted.Status!.StableRevision);
    }

    [Fact]
    public async Task Errors_that_Prometheus_counts_roll_the_candidate_back()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, prometheus: _prometheus.Address);
        var candidate = await BeginAsync();
        Answer(candidate, "200", Enough);
        Answer(candidate, "503", Enough);

        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.ErrorRate), (rejected.Revision, rejected.Reason));
        Assert.Equal(nameof(Verdict.Fail), Assert.Single(back.Status.Gates!).Verdict);
    }

    /// <summary>A rollout that waits in its first step for the gate's samples; answers the candidate.</summary>
    private async Task<string> BeginAsync()
    {
        var begun = await Models.BeginGatedAsync(cluster.Client, _ns, Enough);
        Answer(begun.Status!.StableRevision!, "200", Enough * 3);
        return begun.Status.CandidateRevision!;
    }

    private void Answer(string revision, string code, int times) => _requests.WithLabels(_ns, Models.Name, revision, code).Increment(times);

    private Task<ModelDeployment> GateAsync(Verdict verdict) =>
        Models.WaitAsync(cluster.Client, _ns, $"verdict {verdict}", d => d.Status!.Gates is [var gate] && gate.Verdict == verdict.ToString());
}
