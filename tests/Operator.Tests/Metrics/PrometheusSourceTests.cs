using System.Globalization;
using Canario.Contract;
using Canario.Operator.Api;
using Canario.Operator.Metrics;
using Canario.Operator.Metrics.Prometheus;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;
using Microsoft.AspNetCore.Http;

namespace Canario.Operator.Tests.Metrics;

public sealed class PrometheusSourceTests : IAsyncLifetime
{
    private const string Model = "iris";
    private readonly HttpClient _http = PrometheusClient.CreateHttpClient();
    private readonly MetricRegistry _registry = new();
    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _predictions;
    private readonly Gauge _baseline;
    private readonly ShadowSeries _shadow;
    private PrometheusSource _source = null!;
    private LoopbackServer _scraped = null!;
    private PrometheusProcess _prometheus = null!;

    public PrometheusSourceTests()
    {
        _requests = _registry.CreateCounter(MetricNames.RouterRequests, "R.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        _duration = _registry.CreateHistogram(MetricNames.RouterDuration, "D.", LatencyBuckets.Seconds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision);
        _predictions = _registry.CreateCounter(MetricNames.PredictionValues, "P.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Output, MetricLabels.Bin);
        _baseline = _registry.CreateGauge(MetricNames.PredictionBaseline, "B.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Output, MetricLabels.Bin);
        _shadow = new ShadowSeries(_registry);
    }

    public async Task InitializeAsync()
    {
        _scraped = await LoopbackServer.StartAsync(context => MetricsEndpoint.WriteAsync(context, _registry));
        _prometheus = await PrometheusProcess.StartAsync(_scraped.Address, _http);
        _source = new PrometheusSource(new PrometheusClient(_http));
    }

    public async Task DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        await _scraped.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Errors_of_both_sides_are_counted_exactly_from_the_windows_start()
    {
        _requests.WithLabels("ns", Model, "iris-stable", "200").Increment(1000);
        await ScrapedAsync(MetricNames.RouterRequests + "{code=\"200\"} == 1000");
        var from = await BeginWindowAsync();
        _requests.WithLabels("ns", Model, "iris-stable", "200").Increment(50);
        _requests.WithLabels("ns", Model, "iris-stable", "503").Increment(2);
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(30);
        _requests.WithLabels("ns", Model, "iris-new", "404").Increment(5);
        _requests.WithLabels("ns", Model, "iris-new", "502").Increment(7);
        _requests.WithLabels("other", Model, "iris-new", "500").Increment(99);
        await ScrapedAsync(MetricNames.RouterRequests + "{model_namespace=\"other\"} == 99");

        var measured = await MeasureAsync(new GateSpec { Name = "errors", Type = GateTypes.ErrorRate }, from);

        Assert.Equal(new RateMeasurement(new RateCounts(42, 7), new RateCounts(52, 2)), measured);
    }

    [Fact]
    public async Task Where_no_router_counts_the_inference_servers_do()
    {
        var served = _registry.CreateCounter(MetricNames.InferenceRequests, "I.", MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code, MetricLabels.Protocol);
        var target = new MetricTarget(MetricSourceNames.Prometheus, "ns", Model, _prometheus.Address, TimeSpan.FromSeconds(20), AtServers: true);
        var from = await BeginWindowAsync();
        _requests.WithLabels("ns", Model, "iris-new", "502").Increment(99);
        served.WithLabels("ns", Model, "iris-new", "200", "predict").Increment(10);
        served.WithLabels("ns", Model, "iris-new", "500", "v2-grpc").Increment(3);
        served.WithLabels("ns", Model, "iris-stable", "200", "predict").Increment(20);
        await ScrapedAsync(MetricNames.InferenceRequests + "{revision=\"iris-stable\"} == 20");

        Assert.Equal(new RateMeasurement(new RateCounts(13, 3), new RateCounts(20, 0)), await MeasureAsync(new GateSpec { Name = "errors", Type = GateTypes.ErrorRate }, from, target));
    }

    [Fact]
    public async Task Slow_requests_are_those_above_the_bucket()
    {
        var from = await BeginWindowAsync();
        foreach (var seconds in (double[])[0.01, 0.1, 0.11, 3, 60])
            _duration.WithLabels("ns", Model, "iris-new").Observe(seconds);
        await ScrapedAsync(MetricNames.RouterDuration + "_count == 5");

        Assert.Equal(
            new RateMeasurement(new RateCounts(5, 3), RateCounts.None),
            await MeasureAsync(new GateSpec { Name = "slow", Type = GateTypes.Latency, SlowerThan = TimeSpan.FromMilliseconds(100) }, from));
        // 1 s is exposed as 1, and stored as 1.0 by some versions.
        Assert.Equal(
            new RateMeasurement(new RateCounts(5, 2), RateCounts.None),
            await MeasureAsync(new GateSpec { Name = "slow", Type = GateTypes.Latency, SlowerThan = TimeSpan.FromSeconds(1) }, from));
        Assert.IsType<ProviderError>(await MeasureAsync(new GateSpec { Name = "slow", Type = GateTypes.Latency, SlowerThan = TimeSpan.FromMilliseconds(123) }, from));
    }

    [Fact]
    public async Task Drift_has_the_histograms_of_both_sides_and_the_training_baseline()
    {
        var from = await BeginWindowAsync();
        foreach (var (bin, count) in ((string, int)[])[("a", 10), ("b|\"c", 20)])
        {
            _predictions.WithLabels("ns", Model, "iris-new", "species", bin).Increment(count);
            _predictions.WithLabels("ns", Model, "iris-stable", "species", bin).Increment(count * 2);
            _baseline.WithLabels("ns", Model, "iris-new", "species", bin).Set(count * 3);
        }

        await ScrapedAsync(MetricNames.PredictionBaseline + "{bin=\"a\"} == 30");

        var sample = Assert.Single(Assert.IsType<DriftMeasurement>(await MeasureAsync(new GateSpec { Name = "drift", Type = GateTypes.PredictionDrift }, from)).Distributions);

        Assert.Equal("species", sample.Name);
        Assert.Equal(["a", "b|\"c"], sample.Candidate.Names);
        Assert.Equal([10, 20], sample.Candidate.Counts);
        Assert.Equal([20, 40], sample.Stable.Counts);
        Assert.Equal([30, 60], sample.CandidateBaseline.Counts);
        Assert.Equal(0, sample.StableBaseline.Total);
    }

    [Fact]
    public async Task Pairs_of_answers_are_counted_from_the_windows_start_and_beside_this_stable_alone()
    {
        _shadow.Count("ns", Model, "iris-new", "iris-stable", ShadowOutcomes.Agreed, 1000);
        _shadow.Observe("ns", Model, "iris-new", "iris-stable", 0.25);
        _shadow.Rank("ns", Model, "iris-new", "iris-stable", 1);
        _shadow.CountSlice("ns", Model, "iris-new", "iris-stable", "petal=long", ShadowOutcomes.Agreed, 500, 0.5);
        await ScrapedAsync(MetricNames.ShadowLargestDifference + " == 0.25");
        var from = await BeginWindowAsync();
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
        await ScrapedAsync(MetricNames.ShadowLargestDifference + " == 1.5");

        ShadowSlice[] slices = [new("a|\"b", 4, 4, 4, 0, 0, 0, 0), new("petal=long", 40, 6, 40, 10, 0.25, 0, 0)];
        var expected = new ShadowMeasurement { Pairs = 100, Disagreements = 6, CandidateErrors = 4, Differences = 2, SumOfDifferences = 2, SumOfSquares = 2.5, LargestDifference = 1.5, RankBlocks = 2, RankedPairs = 100, RankDistance = 0.375, Slices = slices };
        Assert.Equal(expected, await MeasureAsync(new GateSpec { Name = "agreement", Type = GateTypes.ShadowAgreement }, from));
    }

    [Fact]
    public async Task Truths_are_counted_from_the_windows_start_as_classes_or_as_errors()
    {
        var feedback = new FeedbackSeries(_registry);
        feedback.Tell("ns", Model, "iris-new", right: 500, wrong: 500);
        await ScrapedAsync(MetricNames.FeedbackPredictions + " == 500");
        var from = await BeginWindowAsync();
        feedback.Tell("ns", Model, "iris-new", right: 90, wrong: 10);
        feedback.Tell("ns", Model, "iris-stable", right: 290, wrong: 7);
        feedback.TellErrors("ns", Model, "iris-numbers", 0.5, -1.5);
        feedback.TellErrors("ns", Model, "iris-stable", 2);
        await ScrapedAsync(MetricNames.FeedbackSquaredError + " == 4");

        var quality = new GateSpec { Name = "quality", Type = GateTypes.Quality };
        Assert.Equal(new RateMeasurement(new RateCounts(100, 10), new RateCounts(297, 7), Concurrent: false), await MeasureAsync(quality, from));
        Assert.Equal(new MeanMeasurement(new MeanCounts(2, 2, 2.5), new MeanCounts(1, 2, 4)), await MeasureAsync(quality, from, candidate: "iris-numbers"));
    }

    [Fact]
    public async Task Confidences_are_summed_up_from_the_windows_start()
    {
        var confidence = _registry.CreateHistogram(MetricNames.PredictionConfidence, "C.", ConfidenceBuckets.Bounds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision);
        confidence.WithLabels("ns", Model, "iris-new").Observe(0.5);
        await ScrapedAsync(MetricNames.PredictionConfidence + "_count == 1");
        var from = await BeginWindowAsync();
        foreach (var value in (double[])[0.75, 1, 0.5])
            confidence.WithLabels("ns", Model, "iris-new").Observe(value);
        confidence.WithLabels("ns", Model, "iris-stable").Observe(0.875);
        await ScrapedAsync(MetricNames.PredictionConfidence + "_count{revision=\"iris-stable\"} == 1");

        Assert.Equal(
            new MeanMeasurement(new MeanCounts(3, 2.25, 0), new MeanCounts(1, 0.875, 0)),
            await MeasureAsync(new GateSpec { Name = "confidence", Type = GateTypes.Confidence }, from));
    }

    [Theory]
    [InlineData("sum(count_over_time(http_requests{model_namespace=\"{{namespace}}\", revision=\"{{revision}}\"}[{{window}}])) * 0 + 7", 7.0)]
    [InlineData("sum(canario_router_requests_total{model=\"{{model}}\", revision=\"{{ stable }}\"})", 40.0)]
    [InlineData("scalar(sum(canario_router_requests_total{revision=\"{{revision}}\"}))", 30.0)]
    [InlineData("sum(canario_router_requests_total{revision=\"nobody\"})", null)]
    public async Task A_query_gives_one_number_or_none(string query, double? expected)
    {
        var from = await BeginWindowAsync();
        _requests.WithLabels("ns", Model, "iris-stable", "200").Increment(40);
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(20);
        _requests.WithLabels("ns", Model, "iris-new", "500").Increment(10);
        await ScrapedAsync(MetricNames.RouterRequests + "{code=\"500\"} == 10");

        Measurement wanted = expected is { } value ? new ValueMeasurement(value) : NoData.Instance;
        Measurement? measured = null;
        // A scrape that a stall made late leaves every series stale until the next one.
        await Eventually.TrueAsync(
            async () => (measured = await MeasureAsync(new GateSpec { Name = "q", Type = GateTypes.Query, Query = query.Replace("http_requests", MetricNames.RouterRequests, StringComparison.Ordinal) }, from)).Equals(wanted) || measured is not NoData,
            $"{query} gives {wanted}");
        Assert.Equal(wanted, measured);
    }

    [Theory]
    [InlineData("canario_router_requests_total", "gives 2 series")]
    [InlineData("\"text\"", "gives no number but a string")]
    [InlineData("up[1m]", "gives no number but a matrix")]
    [InlineData("sum(", "parse error")]
    public async Task A_query_that_gives_no_single_number_is_an_error_with_its_reason(string query, string expected)
    {
        _requests.WithLabels("ns", Model, "iris-new", "200").Increment(20);
        _requests.WithLabels("ns", Model, "iris-new", "500").Increment(10);
        await ScrapedAsync(MetricNames.RouterRequests + "{code=\"500\"} == 10");

        Measurement? measured = null;
        await Eventually.TrueAsync(async () => (measured = await MeasureAsync(new GateSpec { Name = "q", Type = GateTypes.Query, Query = query }, TimeProvider.System.GetUtcNow())) is not NoData, $"{query} gives something");
        Assert.Contains(expected, Assert.IsType<ProviderError>(measured).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_series_is_no_data_and_no_answer_is_an_error()
    {
        var gate = new GateSpec { Name = "errors", Type = GateTypes.ErrorRate };
        var now = TimeProvider.System.GetUtcNow();

        Assert.IsType<NoData>(await MeasureAsync(gate, now.AddMinutes(-1)));
        await _prometheus.DisposeAsync();
        var error = Assert.IsType<ProviderError>(await MeasureAsync(gate, now.AddMinutes(-1)));
        Assert.Contains(_prometheus.Address.ToString(), error.Message, StringComparison.Ordinal);
        _prometheus = await PrometheusProcess.StartAsync(_scraped.Address, _http);
    }

    [Fact]
    public async Task A_missing_address_an_error_a_redirect_a_stall_and_a_flood_are_errors_with_their_reason()
    {
        var gate = new GateSpec { Name = "errors", Type = GateTypes.ErrorRate };
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            switch (context.Request.Headers.Authorization.ToString())
            {
                case "error":
                    context.Response.StatusCode = 400;
                    await context.Response.WriteAsync("""{"status":"error","errorType":"bad_data","error":"parse error"}""");
                    break;
                case "redirect":
                    context.Response.Redirect("http://127.0.0.1:1/");
                    break;
                case "stall":
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    break;
                case "nonsense":
                    await context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[["x"]]}]}}""");
                    break;
                case "flood":
                    var piece = new byte[1 << 20];
                    for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
                        await context.Response.Body.WriteAsync(piece);
                    break;
            }
        });
        foreach (var (authorization, expected) in ((string, string)[])[("error", "parse error"), ("redirect", "302"), ("stall", "within 0.5 s"), ("nonsense", "malformed"), ("flood", "larger than")])
        {
            var timeout = authorization == "stall" ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(30);
            var error = Assert.IsType<ProviderError>(await MeasureAsync(gate, default, new MetricTarget(MetricSourceNames.Prometheus, "ns", Model, server.Address, timeout, authorization)));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        var missing = Assert.IsType<ProviderError>(await MeasureAsync(gate, default, new MetricTarget(MetricSourceNames.Prometheus, "ns", Model, null, TimeSpan.FromSeconds(1), null, "Secret x is missing")));
        Assert.Equal("Secret x is missing", missing.Message);
    }

    private Task<Measurement> MeasureAsync(GateSpec gate, DateTimeOffset from, MetricTarget? target = null, string candidate = "iris-new") =>
        _source.MeasureAsync(
            target ?? new MetricTarget(MetricSourceNames.Prometheus, "ns", Model, _prometheus.Address, TimeSpan.FromSeconds(20)),
            new MeasureRequest(gate, candidate, "iris-stable", from, from, null),
            TimeProvider.System.GetUtcNow(),
            CancellationToken.None);

    /// <summary>A sample bears the time at which its scrape began: from here on no scrape is stored that began before the window and has seen what comes in it.</summary>
    private async Task<DateTimeOffset> BeginWindowAsync()
    {
        var from = TimeProvider.System.GetUtcNow();
        await ScrapedAsync(string.Create(CultureInfo.InvariantCulture, $"timestamp(up) > {from.ToUnixTimeMilliseconds() / 1000.0}"));
        return from;
    }

    /// <summary>Waits until Prometheus answers a comparison with a series.</summary>
    private Task ScrapedAsync(string condition) => Eventually.TrueAsync(
        async () =>
        {
            using var answer = await _http.GetAsync(new Uri($"{_prometheus.Address}api/v1/query?query={Uri.EscapeDataString(condition)}"));
            return (await answer.Content.ReadAsStringAsync()).Contains("\"value\"", StringComparison.Ordinal);
        },
        condition);
}
