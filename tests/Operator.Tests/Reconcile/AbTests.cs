using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>A/B tests on what the routers count.</summary>
[Collection(WaitingGroup.Name)]
public sealed class AbTests(ClusterFixture cluster) : IAsyncLifetime
{
    private readonly MetricRegistry _registry = new();
    private Counter _requests = null!;
    private string _ns = "";

    public async Task InitializeAsync()
    {
        _requests = _registry.CreateCounter(MetricNames.RouterRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        _ns = await cluster.NewNamespaceAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_side_that_fails_less_wins_and_is_promoted_with_the_numbers()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        await using var routers = new RouterHistory(cluster.Client, _ns);
        var (candidate, stable) = await BeginAsync("""{"weight":40,"minSamples":500}""");

        var done = await ServeUntilAsync(candidate, 1, stable, 20, "promoted", d => d.Status!.StableRevision == candidate && Models.Is(d, ConditionTypes.Ready));

        Assert.Equal([0, 40, 100], routers.WeightsOf(candidate).Distinct());
        var ended = done.Status!.History![0];
        Assert.Equal((candidate, RolloutOutcomes.Promoted), (ended.Revision, ended.Outcome));
        Assert.Contains("It won the test: candidate 1 % failed", ended.Evidence, StringComparison.Ordinal);
        var test = done.Status.Gates!.Single(g => g.Name == AbStrategy.TestGate);
        Assert.Equal(0.05, test.Effect!.Value, 0.02);
        Assert.InRange(test.EffectHigh!.Value, test.Effect.Value, 1);
    }

    [Fact]
    public async Task The_side_that_fails_more_is_stopped_and_not_tested_again()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        var (candidate, stable) = await BeginAsync("""{"minSamples":500}""");

        var done = await ServeUntilAsync(candidate, 20, stable, 1, "concluded", d => d.Status!.History is [{ Outcome: RolloutOutcomes.Concluded }, ..] && Models.Is(d, ConditionTypes.Ready));

        Assert.Equal((stable, nameof(RolloutPhase.Healthy), RolloutReasons.TestConcluded), (done.Status!.StableRevision, done.Status.Phase, done.Status.Reason));
        Assert.StartsWith($"{stable} won the test: candidate 20 % failed", done.Status.History![0].Evidence, StringComparison.Ordinal);
        Assert.Null(done.Status.Rejected);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, candidate, CancellationToken.None) is null, "the candidate's pods are gone");

        // Something else in the same spec: a new generation, and the revision is not tested again.
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"revisionHistoryLimit":3}}""");
        var again = await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.Equal((stable, (string?)null), (again.Status!.StableRevision, again.Status.CandidateRevision));
        await Models.CommandAsync(cluster.Client, _ns, $"retry/{candidate}/1");
        await Models.WaitAsync(cluster.Client, _ns, "the second attempt", d => d.Status is { Weight: 50 } status && status.CandidateRevision == candidate);
    }

    [Fact]
    public async Task A_test_without_a_winner_ends_with_its_time()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        var (candidate, stable) = await BeginAsync("""{"minSamples":100,"duration":"20s"}""");

        var done = await ServeUntilAsync(candidate, 2, stable, 2, "concluded", d => d.Status!.History is [{ Outcome: RolloutOutcomes.Concluded }, ..] && Models.Is(d, ConditionTypes.Ready));

        Assert.Equal(stable, done.Status!.StableRevision);
        Assert.StartsWith("The test ended without a winner: candidate 2 % failed", done.Status.History![0].Evidence, StringComparison.Ordinal);
    }

    private Task<RunningOperator> StartAsync() => RunningOperator.StartAsync(cluster, _ns, metrics: context => MetricsEndpoint.WriteAsync(context, _registry));

    /// <summary>The split is in force.</summary>
    private async Task<(string Candidate, string Stable)> BeginAsync(string test)
    {
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""{"spec":{"strategy":{"type":"AB","canary":null,"ab":{{{{{test}}}}}}}}""");
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var seen = await Models.WaitAsync(cluster.Client, _ns, "the split is in force", d => d.Status is { Weight: > 0, StepStartedAt: not null });
        return (seen.Status!.CandidateRevision!, seen.Status.StableRevision!);
    }

    /// <summary>Every look at the ModelDeployment comes with a hundred requests more to each side, of which so many fail.</summary>
    private Task<ModelDeployment> ServeUntilAsync(string candidate, int candidateBad, string stable, int stableBad, string what, Func<ModelDeployment, bool> condition) =>
        Models.WaitAsync(cluster.Client, _ns, what, d =>
        {
            Serve(candidate, candidateBad);
            Serve(stable, stableBad);
            return condition(d);
        });

    private void Serve(string revision, int bad)
    {
        _requests.WithLabels(_ns, Models.Name, revision, "503").Increment(bad);
        _requests.WithLabels(_ns, Models.Name, revision, "200").Increment(100 - bad);
    }
}
