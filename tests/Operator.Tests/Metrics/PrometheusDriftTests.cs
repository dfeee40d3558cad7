using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Metrics.Drift;
using Canario.Operator.Metrics.Prometheus;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Metrics;

/// <summary>A real inference server, scraped by a real Prometheus.</summary>
public sealed class PrometheusDriftTests : IAsyncLifetime
{
    private static readonly ModelIdentity s_identity = new("ns", "penguins", "penguins-1");
    private readonly HttpClient _http = PrometheusClient.CreateHttpClient();
    private PrometheusDrift _drift = null!;
    private ModelServerProcess _server = null!;
    private PrometheusProcess _prometheus = null!;

    public async Task InitializeAsync()
    {
        _drift = new PrometheusDrift(new PrometheusClient(_http));
        _server = await ModelServerProcess.StartAsync("penguins/v1", s_identity);
        _prometheus = await PrometheusProcess.StartAsync(_server.Address, _http);
    }

    public async Task DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Distributions_baselines_and_quality_come_summed_over_the_window()
    {
        var before = await UntilAsync(reading => reading.HasBaseline);
        Assert.All(before.Look!.Samples, sample => Assert.Equal(0, sample.Now.Total));

        var ids = await _server.PredictAsync("penguins/requests.jsonl");
        await _server.TellTruthAsync(ids, "Gentoo");
        // Prometheus extrapolates to the window's edges: a percent or two.
        var after = await UntilAsync(reading => reading.Look?.Truths?.Total >= 340 && reading.Look.Samples.All(sample => sample.Now.Total >= 340));

        Assert.Equal(258, after.Look!.Samples.Single(sample => sample.Kind == DriftKind.Prediction).Baseline.Total);
        Assert.Contains(after.Look.Samples, sample => sample is { Kind: DriftKind.Feature, Name: "body_mass_g" });
        Assert.InRange((double)after.Look.Truths!.Bad / after.Look.Truths.Total, 0.6, 0.7);
        var decision = DriftMachine.Decide(new DriftPolicy { MinSamples = 200, Looks = 1 }, null, after.Look, TimeProvider.System.GetUtcNow());
        Assert.Equal(DriftVerdict.NoDrift, decision.Next.Verdict);
    }

    [Fact]
    public async Task A_revision_that_nobody_scraped_has_no_baseline_and_a_Prometheus_that_is_away_is_a_problem()
    {
        var other = await ReadAsync("penguins-2");
        Assert.Equal((false, null), (other.HasBaseline, other.Problem));

        await _prometheus.KillAsync();
        Assert.Contains(_prometheus.Address.Authority, (await ReadAsync(s_identity.Revision)).Problem, StringComparison.Ordinal);
    }

    private Task<DriftReading> ReadAsync(string revision) => _drift.ReadAsync(
        new MetricTarget(MetricSourceNames.Prometheus, s_identity.Namespace, s_identity.Model, _prometheus.Address, TimeSpan.FromSeconds(5)), revision, TimeSpan.FromMinutes(10), TimeProvider.System.GetUtcNow(), default);

    private async Task<DriftReading> UntilAsync(Func<DriftReading, bool> condition)
    {
        DriftReading reading = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                reading = await ReadAsync(s_identity.Revision);
                return condition(reading);
            },
            "read",
            seen: () => $"{reading}");
        return reading;
    }
}
