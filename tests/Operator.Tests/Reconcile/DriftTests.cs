using System.Text.Json.Nodes;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Tests.Metrics;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Drift of what serves, as a real inference server counts it.</summary>
[Collection(ClusterGroup.Name)]
public sealed class DriftTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Requests = "penguins/requests.jsonl";
    private static readonly TimeSpan s_someLooks = TimeSpan.FromSeconds(3);
    private string _ns = "";
    private volatile ModelServerProcess? _server;

    public async Task InitializeAsync() => _ns = await cluster.NewNamespaceAsync();

    public async Task DisposeAsync()
    {
        if (_server is { } server)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task Drift_is_told_once_survives_the_operator_costs_no_writes_and_ends_with_its_cause()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        DateTimeOffset? since;
        await using (var running = await StartOperatorAsync())
        {
            await ServeAsync();
            await _server!.PredictAsync(Requests);
            await WaitAsync("judged as within", DriftVerdict.NoDrift);
            await running.RestAsync(s_someLooks);

            // One scale is off by a kilogram and a half.
            await _server.PredictAsync(Requests, body => body["body_mass_g"] = (body["body_mass_g"]?.GetValue<double>() ?? 4000) + 1500);
            var drifted = await WaitAsync("confirmed", DriftVerdict.Drift);

            var condition = drifted.Status!.Conditions!.Single(c => c.Type == ConditionTypes.DriftDetected);
            Assert.Equal(("True", GateTypes.FeatureDrift), (condition.Status, condition.Reason));
            Assert.Contains("feature body_mass_g PSI", condition.Message, StringComparison.Ordinal);
            Assert.Equal("body_mass_g", drifted.Status.Drift!.Worst[0].Name);
            Assert.True(Models.Is(drifted, ConditionTypes.Ready));
            since = drifted.Status.Drift.Since;
            await running.RestAsync(s_someLooks);
        }

        await using (var again = await StartOperatorAsync())
        {
            // Nothing is counted yet, and nothing is forgotten.
            await again.RestAsync(s_someLooks);
            var kept = (await Models.GetAsync(cluster.Client, _ns)).Status!.Drift!;
            Assert.Equal((DriftVerdict.Drift, since), (kept.Verdict, kept.Since));
            await Eventually.TrueAsync(
                async () =>
                {
                    await _server!.PredictAsync(Requests);
                    return (await Models.GetAsync(cluster.Client, _ns)).Status!.Drift!.Verdict == DriftVerdict.NoDrift;
                },
                "the drift ends");
            await Eventually.TrueAsync(async () => (await EventsAsync(DriftReasons.Ended)).Count == 1, "its end is told");
        }

        Assert.Equal(1, Assert.Single(await EventsAsync(DriftReasons.Detected)).Count);
    }

    [Fact]
    public async Task Confirmed_drift_begins_a_Job_that_is_told_what_drifted()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartOperatorAsync();
        await RetrainingTests.CreateCronJobAsync(cluster.Client, _ns);
        await ServeAsync();
        await Models.PatchAsync(cluster.Client, _ns, $$$$"""{"spec":{"retraining":{"cronJob":"{{{{RetrainingTests.CronJobName}}}}"}}}""");
        await _server!.PredictAsync(Requests, body => body["flipper_length_mm"] = 270);

        var job = await RetrainingTests.WaitForJobAsync(cluster.Client, _ns);

        var report = JsonNode.Parse(RetrainingTests.Variable(job, "CANARIO_RETRAINING_REPORT"))!;
        Assert.Equal(("Drift", _ns, Models.Name), (report["trigger"]!.GetValue<string>(), report["namespace"]!.GetValue<string>(), report["model"]!.GetValue<string>()));
        Assert.Equal("flipper_length_mm", report["drift"]!["worst"]![0]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Another_revision_is_another_question()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartOperatorAsync();
        await ServeAsync();
        await _server!.PredictAsync(Requests, body => body["flipper_length_mm"] = 270);
        await WaitAsync("confirmed", DriftVerdict.Drift);

        await Models.SetModelAsync(cluster.Client, _ns, "v2");
        // Its pods tell nothing of a baseline: nobody can say that it drifts.
        var promoted = await Models.WaitAsync(cluster.Client, _ns, "promoted, and no longer drifted", d => d.Status is { Drift: null, Phase: nameof(RolloutPhase.Healthy), CandidateRevision: null });

        Assert.Equal("False", promoted.Status!.Conditions!.Single(c => c.Type == ConditionTypes.DriftDetected).Status);
        await Eventually.TrueAsync(async () => (await EventsAsync(DriftReasons.Ended)).Exists(e => e.Message!.Contains("serves instead", StringComparison.Ordinal)), "told");
    }

    [Fact]
    public async Task Wrong_predictions_that_feedback_tells_of_are_a_drop_of_quality()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartOperatorAsync();
        await ServeAsync("""{"minAccuracy":0.9,"features":{"psi":100},"predictions":{"psi":100}}""");
        await _server!.TellTruthAsync(await _server.PredictAsync(Requests), "Gentoo");

        var drifted = await WaitAsync("confirmed", DriftVerdict.Drift);

        Assert.Equal(DriftReasons.QualityDrop, drifted.Status!.Drift!.Reason);
        Assert.InRange(drifted.Status.Drift.Worst[0].Accuracy!.Value, 0, 0.6);
    }

    [Fact]
    public async Task Whoever_turns_it_off_hears_no_more_of_it()
    {
        await using var pods = new PodPlayer(cluster.Client, _ns);
        await using var running = await StartOperatorAsync();
        await ServeAsync();
        await _server!.PredictAsync(Requests, body => body["bill_depth_mm"] = 29);
        await WaitAsync("confirmed", DriftVerdict.Drift);

        await Models.PatchAsync(cluster.Client, _ns, """{"spec":{"drift":{"enabled":false}}}""");

        var off = await Models.WaitAsync(cluster.Client, _ns, "forgotten", d => d.Status!.Drift is null);
        Assert.Equal("False", off.Status!.Conditions!.Single(c => c.Type == ConditionTypes.DriftDetected).Status);
    }

    private Task<RunningOperator> StartOperatorAsync() => RunningOperator.StartAsync(cluster, _ns, models: _ => _server?.Address ?? new Uri("http://127.0.0.1:1"));

    /// <summary>A model that serves, watched every second; what is counted from now on counts.</summary>
    private async Task ServeAsync(string drift = "{}")
    {
        await Models.CreateAsync(cluster.Client, _ns);
        var settings = JsonNode.Parse(drift)!.AsObject();
        (settings["interval"], settings["window"], settings["minSamples"], settings["looks"]) = ("1s", "6s", 200, 2);
        await Models.PatchAsync(cluster.Client, _ns, $$$$$"""{"spec":{"drift":{{{{{settings.ToJsonString()}}}}}}}""");
        var ready = await Models.WaitReadyAsync(cluster.Client, _ns);
        _server = await ModelServerProcess.StartAsync("penguins/v1", new ModelIdentity(_ns, Models.Name, ready.Status!.StableRevision!));
        await WaitAsync("a first look", DriftVerdict.InsufficientData);
    }

    private Task<ModelDeployment> WaitAsync(string what, DriftVerdict verdict) => Models.WaitAsync(cluster.Client, _ns, what, d => d.Status?.Drift?.Verdict == verdict);

    private async Task<List<Event>> EventsAsync(string reason) =>
        (await cluster.Client.ListAsync(Resources.Events, _ns, null, default)).Items.FindAll(e => e.InvolvedObject?.Kind == ModelDeployment.KindName && e.Reason == reason);
}
