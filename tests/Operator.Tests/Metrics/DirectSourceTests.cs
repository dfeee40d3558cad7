using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Metrics.Direct;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Operator.Tests.Metrics;

public sealed class DirectSourceTests : IAsyncLifetime, IScrapeTargets, IDisposable
{
    private const string Model = "iris";
    private static readonly ObjectKey s_key = new("ns", Model);
    private static readonly GateSpec s_errors = new() { Name = "errors", Type = GateTypes.ErrorRate };
    private readonly HttpClient _http = new();
    private readonly MetricRegistry _registry = new();
    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _predictions;
    private readonly Gauge _baseline;
    private readonly ShadowSeries _shadow;
    private readonly FeedbackSeries _feedback;
    private readonly DirectSampler _sampler;
    private LoopbackServer _scraped = null!;
    private List<ScrapeTarget> _pods = [];
    private SampledGates[] _models = [new(s_key, NeedsRouters: true, NeedsPods: true)];
    private bool _fails;

    public DirectSourceTests()
    {
        _requests = _registry.CreateCounter(MetricNames.RouterRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        _duration = _registry.CreateHistogram(MetricNames.RouterDuration, "D.", LatencyBuckets.Seconds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision);
        _predictions = _registry.CreateCounter(MetricNames.PredictionValues, "P.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Output, MetricLabels.Bin);
        _baseline = _registry.CreateGauge(MetricNames.PredictionBaseline, "B.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Output, MetricLabels.Bin);
        _shadow = new ShadowSeries(_registry);
        _feedback = new FeedbackSeries(_registry);
        _sampler = new DirectSampler(this, _http, TimeProvider.System, NullLogger.Instance);
    }

    public async Task InitializeAsync()
    {
        _scraped = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = _fails ? 500 : 200;
            return _fails ? Task.CompletedTask : MetricsEndpoint.WriteAsync(context, _registry);
        });
        _pods = [new ScrapeTarget("1", "router-1", _scraped.Address, DateTimeOffset.UnixEpoch)];
    }

    public async Task DisposeAsync() => await _scraped.DisposeAsync();

    public void Dispose() => _http.Dispose();

    IReadOnlyList<SampledGates> IScrapeTargets.Models() => _models;

    IReadOnlyList<ScrapeTarget> IScrapeTargets.Routers(string ns) => _pods;

    IReadOnlyList<ScrapeTarget> IScrapeTargets.Pods(ObjectKey model) => _pods;

    [Fact]
    public async Task Errors_of_both_sides_are_counted_exactly_from_the_windows_start()
    {
        _requests.WithLabels("ns", Model, "iris-stable", "200").Increment(1000);
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        _requests.WithLabels("ns", Model, "iris-stable", "200").Increment(50);
        _requests.WithLabels("ns", Model, "iris-stable", "503").Increment(2);
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(30);
        _requests.WithLabels("ns", Model, "iris-new", "404").Increment(5);
        _requests.WithLabels("ns", Model, "iris-new", "502").Increment(7);
        _requests.WithLabels("other", Model, "iris-new", "500").Increment(99);
        await _sampler.SampleAsync(default);

        Assert.Equal(new RateMeasurement(new RateCounts(42, 7), new RateCounts(52, 2)), await MeasureAsync(s_errors, from));
    }

    [Fact]
    public async Task Slow_requests_are_those_above_the_bucket()
    {
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        foreach (var seconds in (double[])[0.01, 0.1, 0.11, 3, 60])
            _duration.WithLabels("ns", Model, "iris-new").Observe(seconds);
        await _sampler.SampleAsync(default);

        foreach (var (milliseconds, slow) in ((int, int)[])[(100, 3), (1000, 2)])
        {
            var gate = new GateSpec { Name = "slow", Type = GateTypes.Latency, SlowerThan = TimeSpan.FromMilliseconds(milliseconds) };
            Assert.Equal(new RateMeasurement(new RateCounts(5, slow), RateCounts.None), await MeasureAsync(gate, from));
        }
    }

    [Fact]
    public async Task Drift_has_the_histograms_of_both_sides_and_the_training_baseline()
    {
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        foreach (var (bin, count) in ((string, int)[])[("a", 10), ("b|\"c", 20)])
        {
            _predictions.WithLabels("ns", Model, "iris-new", "species", bin).Increment(count);
            _predictions.WithLabels("ns", Model, "iris-stable", "species", bin).Increment(count * 2);
            _baseline.WithLabels("ns", Model, "iris-new", "species", bin).Set(count * 3);
        }

        await _sampler.SampleAsync(default);

        var sample = Assert.Single(Assert.IsType<DriftMeasurement>(await MeasureAsync(new GateSpec { Name = "drift", Type = GateTypes.PredictionDrift }, from)).Distributions);
        Assert.Equal(["a", "b|\"c"], sample.Candidate.Names);
        Assert.Equal([10, 20], sample.Candidate.Counts);
        Assert.Equal([20, 40], sample.Stable.Counts);
        Assert.Equal([30, 60], sample.CandidateBaseline.Counts);
    }

    [Fact]
    public async Task Pairs_of_answers_are_counted_from_the_windows_start_and_beside_this_stable_alone()
    {
        _shadow.Count("ns", Model, "iris-new", "iris-stable", ShadowOutcomes.Agreed, 1000);
        _shadow.Observe("ns", Model, "iris-new", "iris-stable", 0.25);
        _shadow.Rank("ns", Model, "iris-new", "iris-stable", 1);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-stable", "petal=long", ShadowOutcomes.Agreed, 500, 0.5);
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        _shadow.Count("ns", Model, "iris-new", "iris-stable", ShadowOutcomes.Agreed, 90);
        _shadow.Count("ns", Model, "iris-new", "iris-stable", ShadowOutcomes.Disagreed, 6);
        _shadow.Count("ns", Model, "iris-new", "iris-stable", ShadowOutcomes.CandidateFailed, 4);
        foreach (var outcome in (string[])[ShadowOutcomes.StableFailed, ShadowOutcomes.BothFailed, ShadowOutcomes.NotComparable])
            _shadow.Count("ns", Model, "iris-new", "iris-stable", outcome, 50);
        // Beside the one that was stable in an earlier rollout.
        _shadow.Count("ns", Model, "iris-new", "iris-old", ShadowOutcomes.Disagreed, 99);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-stable", "petal=long", ShadowOutcomes.Disagreed, 6, 0.25);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-stable", "petal=long", ShadowOutcomes.Agreed, 34, 0.25);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-stable", "a|\"b", ShadowOutcomes.CandidateFailed, 4);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-old", "petal=short", ShadowOutcomes.Agreed, 9);
        _shadow.Rank("ns", Model, "iris-new", "iris-stable", 0.25);
        _shadow.Rank("ns", Model, "iris-new", "iris-stable", 0.125);
        _shadow.Observe("ns", Model, "iris-new", "iris-stable", 0.5);
        _shadow.Observe("ns", Model, "iris-new", "iris-stable", 1.5);
        await _sampler.SampleAsync(default);

        ShadowSlice[] slices = [new("a|\"b", 4, 4, 4, 0, 0, 0, 0), new("petal=long", 40, 6, 40, 10, 0.25, 0, 0)];
        var expected = new ShadowMeasurement { Pairs = 100, Disagreements = 6, CandidateErrors = 4, Differences = 2, SumOfDifferences = 2, SumOfSquares = 2.5, LargestDifference = 1.5, RankBlocks = 2, RankedPairs = 100, RankDistance = 0.375, Slices = slices };
        Assert.Equal(expected, await MeasureAsync(new GateSpec { Name = "agreement", Type = GateTypes.ShadowAgreement }, from));
    }

    [Fact]
    public async Task Truths_are_counted_from_the_windows_start_as_classes_or_as_errors()
    {
        _feedback.Tell("ns", Model, "iris-new", right: 500, wrong: 500);
        _feedback.TellErrors("ns", "price", "price-new", 3, 30);
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        _feedback.Tell("ns", Model, "iris-new", right: 90, wrong: 10);
        _feedback.Tell("ns", Model, "iris-stable", right: 290, wrong: 7);
        await _sampler.SampleAsync(default);
        var quality = new GateSpec { Name = "quality", Type = GateTypes.Quality };
        Assert.Equal(new RateMeasurement(new RateCounts(100, 10), new RateCounts(297, 7), Concurrent: false), await MeasureAsync(quality, from));

        _feedback.TellErrors("ns", Model, "iris-numbers", 0.5, -1.5);
        _feedback.TellErrors("ns", Model, "iris-stable", 2);
        await _sampler.SampleAsync(default);
        Assert.Equal(new MeanMeasurement(new MeanCounts(2, 2, 2.5), new MeanCounts(1, 2, 4)), await MeasureAsync(quality, from, "iris-numbers"));
    }

    [Fact]
    public async Task Confidences_are_summed_up_from_the_windows_start()
    {
        var confidence = _registry.CreateHistogram(MetricNames.PredictionConfidence, "C.", ConfidenceBuckets.Bounds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision);
        confidence.WithLabels("ns", Model, "iris-new").Observe(0.5);
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        foreach (var value in (double[])[0.75, 1, 0.5])
            confidence.WithLabels("ns", Model, "iris-new").Observe(value);
        confidence.WithLabels("ns", Model, "iris-stable").Observe(0.875);
        await _sampler.SampleAsync(default);

        Assert.Equal(
            new MeanMeasurement(new MeanCounts(3, 2.25, 0), new MeanCounts(1, 0.875, 0)),
            await MeasureAsync(new GateSpec { Name = "confidence", Type = GateTypes.Confidence }, from));
    }

    [Fact]
    public async Task The_counts_of_a_pod_that_is_gone_and_of_one_that_came_are_added()
    {
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(100);
        await _sampler.SampleAsync(default);
        var from = TimeProvider.System.GetUtcNow();
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(10);
        await _sampler.SampleAsync(default);
        // Made after sampling began: all that it has counted is of this rollout.
        _pods = [new ScrapeTarget("2", "router-2", _scraped.Address, TimeProvider.System.GetUtcNow())];
        await _sampler.SampleAsync(default);

        Assert.Equal(new RateMeasurement(new RateCounts(10 + 110, 0), RateCounts.None), await MeasureAsync(s_errors, from));
    }

    [Fact]
    public async Task No_router_and_none_that_answers_is_an_error_and_one_that_answers_is_enough()
    {
        var now = TimeProvider.System.GetUtcNow();
        Assert.IsType<NoData>(await MeasureAsync(s_errors, now.AddMinutes(-1)));
        _fails = true;
        await _sampler.SampleAsync(default);
        Assert.Contains("router-1", Assert.IsType<ProviderError>(await MeasureAsync(s_errors, now)).Message, StringComparison.Ordinal);
        Assert.Contains("500", Assert.IsType<ProviderError>(await MeasureAsync(s_errors, now)).Message, StringComparison.Ordinal);

        _fails = false;
        var working = _pods[0];
        _pods = [new ScrapeTarget("3", "router-3", new Uri("http://127.0.0.1:1/metrics"), DateTimeOffset.UnixEpoch), working];
        await _sampler.SampleAsync(default);
        Assert.IsType<NoData>(await MeasureAsync(s_errors, now.AddMinutes(-1)));

        _pods = [];
        await _sampler.SampleAsync(default);
        Assert.Equal("no router pod is ready", Assert.IsType<ProviderError>(await MeasureAsync(s_errors, now.AddMinutes(-1))).Message);
    }

    [Fact]
    public async Task What_a_rollout_has_counted_is_forgotten_with_it()
    {
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(1);
        await _sampler.SampleAsync(default);
        Assert.IsType<RateMeasurement>(await MeasureAsync(s_errors, DateTimeOffset.UnixEpoch));
        _models = [];
        await _sampler.SampleAsync(default);
        Assert.IsType<NoData>(await MeasureAsync(s_errors, DateTimeOffset.UnixEpoch));
    }

    private Task<Measurement> MeasureAsync(GateSpec gate, DateTimeOffset from, string candidate = "iris-new") => new DirectSource(_sampler).MeasureAsync(
        new MetricTarget(MetricSourceNames.Direct, "ns", Model, null, TimeSpan.FromSeconds(20)),
        new MeasureRequest(gate, candidate, "iris-stable", from, from, null),
        TimeProvider.System.GetUtcNow(),
        CancellationToken.None);
}
