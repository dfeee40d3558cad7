using Canario.Contract;
using Canario.Operator.Api;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Gates without any Prometheus.</summary>
[Collection(WaitingGroup.Name)]
public sealed class DirectMetricsTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int Enough = 1000;
    private readonly MetricRegistry _registry = new();
    private Counter _requests = null!;
    private string _ns = "";
    private volatile bool _isSilent;

    public async Task InitializeAsync()
    {
        _requests = _registry.CreateCounter(MetricNames.RouterRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        _ns = await cluster.NewNamespaceAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Errors_that_the_routers_count_roll_the_candidate_back()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, metrics: WriteAsync);
        var candidate = await BeginAsync();

        var back = await ServeUntilAsync(candidate, "503", "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.ErrorRate), (rejected.Revision, rejected.Reason));
    }

    [Fact]
    public async Task Routers_that_cannot_be_read_hold_the_weight_and_the_rollout_goes_on_afterwards()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, metrics: WriteAsync);
        var candidate = await BeginAsync();
        _isSilent = true;
        var held = await GateAsync(Verdict.ProviderUnavailable);
        Assert.Equal((25, nameof(RolloutPhase.Progressing)), (held.Status!.Weight, held.Status.Phase));
        Assert.Contains("answers 500", held.Status.Conditions!.Single(c => c.Type == ConditionTypes.Reconciling).Message, StringComparison.Ordinal);

        _isSilent = false;
        var waiting = await ServeUntilAsync(candidate, "200", "an estimate", d => d.Status!.StepEstimate?.Contains("at the observed rate", StringComparison.Ordinal) == true, 1);
        Assert.Contains($"needs {Enough} samples of the candidate and has ", waiting.Status!.StepEstimate, StringComparison.Ordinal);

        await ServeUntilAsync(candidate, "200", "promoted", d => d.Status!.StableRevision == candidate);
    }

    [Fact]
    public async Task Wrong_predictions_that_the_models_count_roll_the_candidate_back()
    {
        var predictions = _registry.CreateCounter(MetricNames.FeedbackPredictions, "P.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Correct);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, metrics: WriteAsync);
        var began = await Models.BeginGatedAsync(cluster.Client, _ns, 200, "\"type\":\"Quality\",\"min\":0.9");
        var (candidate, stable) = (began.Status!.CandidateRevision!, began.Status.StableRevision!);

        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d =>
        {
            predictions.WithLabels(_ns, Models.Name, stable, "true").Increment(95);
            predictions.WithLabels(_ns, Models.Name, stable, "false").Increment(5);
            predictions.WithLabels(_ns, Models.Name, candidate, "true").Increment(70);
            predictions.WithLabels(_ns, Models.Name, candidate, "false").Increment(30);
            return d.Status!.Phase == nameof(RolloutPhase.RolledBack);
        });

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.Quality), (rejected.Revision, rejected.Reason));
        Assert.Contains("30 % wrong", back.Status.Gates!.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_that_is_less_sure_than_stable_is_rolled_back()
    {
        var confidence = _registry.CreateHistogram(MetricNames.PredictionConfidence, "C.", ConfidenceBuckets.Bounds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision);
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await RunningOperator.StartAsync(cluster, _ns, metrics: WriteAsync);
        var began = await Models.BeginGatedAsync(cluster.Client, _ns, 200, "\"type\":\"Confidence\",\"max\":0.05");
        var (candidate, stable) = (began.Status!.CandidateRevision!, began.Status.StableRevision!);

        var back = await Models.WaitAsync(cluster.Client, _ns, "rolled back", d =>
        {
            for (var i = 0; i < 100; i++)
            {
                confidence.WithLabels(_ns, Models.Name, stable).Observe(0.95);
                confidence.WithLabels(_ns, Models.Name, candidate).Observe(i % 2 == 0 ? 0.95 : 0.45);
            }

            return d.Status!.Phase == nameof(RolloutPhase.RolledBack);
        });

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.Confidence), (rejected.Revision, rejected.Reason));
        Assert.Contains("a drop of 0.25", back.Status.Gates!.Single().Message, StringComparison.Ordinal);
    }

    private async Task<string> BeginAsync() => (await Models.BeginGatedAsync(cluster.Client, _ns, Enough)).Status!.CandidateRevision!;

    /// <summary>Every look at the ModelDeployment comes with some requests more, of which a quarter goes to the candidate.</summary>
    private Task<ModelDeployment> ServeUntilAsync(string candidate, string code, string what, Func<ModelDeployment, bool> condition, int requests = 100) => Models.WaitAsync(cluster.Client, _ns, what, d =>
    {
        _requests.WithLabels(_ns, Models.Name, d.Status!.StableRevision!, "200").Increment(3 * requests);
        _requests.WithLabels(_ns, Models.Name, candidate, code).Increment(requests);
        return condition(d);
    });

    private Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = _isSilent ? 500 : 200;
        return _isSilent ? Task.CompletedTask : MetricsEndpoint.WriteAsync(context, _registry);
    }

    private Task<ModelDeployment> GateAsync(Verdict verdict) =>
        Models.WaitAsync(cluster.Client, _ns, $"verdict {verdict}", d => d.Status!.Gates is [var gate] && gate.Verdict == verdict.ToString());
}
