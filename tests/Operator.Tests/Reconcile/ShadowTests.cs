using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Tests.Metrics;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Shadows on what the routers count of their pairs of answers.</summary>
[Collection(ClusterGroup.Name)]
public sealed class ShadowTests(ClusterFixture cluster) : IAsyncLifetime
{
    private readonly MetricRegistry _registry = new();
    private ShadowSeries _pairs = null!;
    private string _ns = "";

    public async Task InitializeAsync()
    {
        _pairs = new ShadowSeries(_registry);
        _ns = await cluster.NewNamespaceAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_shadow_that_agrees_goes_on_as_a_canary_and_is_promoted()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        await using var routers = new RouterHistory(cluster.Client, _ns);
        var (candidate, _) = await BeginAsync("Canary", "\"canary\":{\"steps\":[{\"weight\":50,\"hold\":{\"duration\":\"0s\"}}]}");

        var done = await AnswerUntilAsync(candidate, ShadowOutcomes.Agreed, "promoted", d => d.Status!.StableRevision == candidate && Models.Is(d, ConditionTypes.Ready));

        Assert.Equal(RolloutOutcomes.Promoted, done.Status!.History![0].Outcome);
        Assert.Equal([0, 50, 0], routers.Copies());
        Assert.Equal([0, 50, 100], routers.WeightsOf(candidate).Distinct());
    }

    [Fact]
    public async Task A_shadow_that_disagrees_is_rejected_and_never_had_a_users_request()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        await using var routers = new RouterHistory(cluster.Client, _ns);
        var (candidate, stable) = await BeginAsync("Promote", "\"canary\":null");

        var back = await AnswerUntilAsync(candidate, ShadowOutcomes.Disagreed, "rolled back", d => d.Status!.Phase == nameof(RolloutPhase.RolledBack));

        var rejected = Assert.Single(back.Status!.Rejected!);
        Assert.Equal((candidate, GateTypes.ShadowAgreement, stable), (rejected.Revision, rejected.Reason, back.Status.StableRevision));
        Assert.Contains("of the answers differ from stable's", rejected.Message, StringComparison.Ordinal);
        Assert.Contains("; worst slice island=Dream: ", rejected.Message, StringComparison.Ordinal);
        Assert.All(routers.WeightsOf(candidate), weight => Assert.Equal(0, weight));
    }

    [Fact]
    public async Task A_shadow_that_is_dropped_leaves_what_was_learnt_and_does_not_start_again()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartAsync();
        var (candidate, stable) = await BeginAsync("Drop", "\"canary\":null");

        var done = await AnswerUntilAsync(candidate, ShadowOutcomes.Agreed, "concluded", d => d.Status!.History is [{ Outcome: RolloutOutcomes.Concluded }, ..] && Models.Is(d, ConditionTypes.Ready));

        Assert.Equal((stable, nameof(RolloutPhase.Healthy), RolloutReasons.ShadowConcluded), (done.Status!.StableRevision, done.Status.Phase, done.Status.Reason));
        Assert.Equal((candidate, RolloutReasons.ShadowConcluded), (done.Status.History![0].Revision, done.Status.History[0].Reason));
        Assert.Contains("agreement Pass: 0 % of the answers differ", done.Status.History[0].Evidence, StringComparison.Ordinal);
        Assert.Equal(RolloutReasons.ShadowConcluded, done.Status.Conditions!.Single(c => c.Type == ConditionTypes.Ready).Reason);
        await Eventually.TrueAsync(async () => await cluster.Client.FindAsync(Resources.Deployments, _ns, candidate, CancellationToken.None) is null, "the shadow's pods are gone");

        // Something else in the same spec: a new generation, and the revision is not tried again.
        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"revisionHistoryLimit":3}}""");
        var again = await Models.WaitReadyAsync(cluster.Client, _ns);
        Assert.Equal((stable, (string?)null), (again.Status!.StableRevision, again.Status.CandidateRevision));
        Assert.Single(again.Status.History!, entry => entry.Revision == candidate);

        await Models.PatchAsync(cluster.Client, _ns, $$$$"""{"metadata":{"annotations":{"{{{{Annotations.Command}}}}":"retry/{{{{candidate}}}}/1"}}}""");
        await Models.WaitAsync(cluster.Client, _ns, "the second attempt", d => d.Status is { Mirror: 50 } status && status.CandidateRevision == candidate);
    }

    private Task<RunningOperator> StartAsync() => RunningOperator.StartAsync(cluster, _ns, metrics: context => MetricsEndpoint.WriteAsync(context, _registry));

    /// <summary>Copies of half of the requests are in force.</summary>
    private async Task<(string Candidate, string Stable)> BeginAsync(string then, string canary)
    {
        await Models.CreateAsync(cluster.Client, _ns);
        await Models.WaitReadyAsync(cluster.Client, _ns);
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""
            {"spec":{
              "gates":[{"name":"agreement","type":"ShadowAgreement","max":0.05,"minSamples":500}],
              "strategy":{"type":"Shadow","shadow":{"steps":[{"percent":50,"hold":{"duration":"0s"}}],"then":"{{{{{then}}}}}"},{{{{{canary}}}}}}}}
            """);
        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        var seen = await Models.WaitAsync(cluster.Client, _ns, "copies in force", d => d.Status is { Mirror: 50, Weight: 0, StepStartedAt: not null });
        return (seen.Status!.CandidateRevision!, seen.Status.StableRevision!);
    }

    /// <summary>Every look at the ModelDeployment comes with some pairs more.</summary>
    private async Task<ModelDeployment> AnswerUntilAsync(string candidate, string outcome, string what, Func<ModelDeployment, bool> condition)
    {
        var stable = (await Models.GetAsync(cluster.Client, _ns)).Status!.StableRevision!;
        return await Models.WaitAsync(cluster.Client, _ns, what, d =>
        {
            _pairs.Count(_ns, Models.Name, candidate, stable, outcome, 100);
            _pairs.CountSlice(_ns, Models.Name, candidate, stable, "island=Biscoe", ShadowOutcomes.Agreed, 60);
            _pairs.CountSlice(_ns, Models.Name, candidate, stable, "island=Dream", outcome, 40);
            return condition(d);
        });
    }
}
