using System.Collections.Concurrent;
using System.Globalization;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Observation;

/// <summary>Counts and times inference requests.</summary>
internal sealed class RequestMetrics
{
    public const string V2 = "v2-rest";
    public const string Grpc = "v2-grpc";
    public const string V1 = "v1-rest";
    public const string Predict = "predict";
    public const string Stream = "predict-stream";

    private static readonly string[] s_protocols = [V2, Grpc, V1, Predict, Stream];

    // Those that a healthy or failing model answers; others get their series when they happen.
    private static readonly int[] s_expectedCodes = [200, 400, 500, 503];

    private readonly ConcurrentDictionary<(string Protocol, int Code), CounterChild> _requests = new();
    private readonly Counter _counter;
    // Powers of two, as batches are filled by doubling load.
    private static readonly double[] s_rows = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private readonly HistogramChild _duration;
    private readonly HistogramChild _batchRows;
    private readonly ConcurrentDictionary<int, CounterChild> _streamRows = new();
    private readonly Counter _streamRowCounter;
    private readonly ModelIdentity _identity;

    public RequestMetrics(MetricRegistry registry, ModelIdentity identity)
    {
        _identity = identity;
        _counter = registry.CreateCounter(
            MetricNames.InferenceRequests,
            "Inference requests, by the status answered.",
            MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code, MetricLabels.Protocol);
        _duration = registry.CreateHistogram(
            MetricNames.InferenceDuration,
            "From the request's head to the answer handed to the connection, in seconds.",
            LatencyBuckets.Seconds,
            MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision)
            .WithLabels(identity.Namespace, identity.Model, identity.Revision);
        _batchRows = registry.CreateHistogram(
            MetricNames.InferenceBatchRows,
            "Rows of each run that joined the requests under way.",
            s_rows,
            MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision)
            .WithLabels(identity.Namespace, identity.Model, identity.Revision);
        _streamRowCounter = registry.CreateCounter(
            MetricNames.InferenceStreamRows,
            "Rows of streams, by the status that each would have had as a request.",
            MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Code);
        foreach (int code in s_expectedCodes) StreamRows(code);
        foreach (string protocol in s_protocols)
        {
            foreach (int code in s_expectedCodes) Requests(protocol, code);
        }
    }

    public void Count(string protocol, int code, TimeSpan duration)
    {
        Requests(protocol, code).Increment();
        _duration.Observe(duration.TotalSeconds);
    }

    /// <summary>Without a duration: a stream lasts as long as its client likes, which is no latency of the model.</summary>
    public void CountStream(int code) => Requests(Stream, code).Increment();

    public void CountStreamRows(int code, long rows) => StreamRows(code).Increment(rows);

    public void CountBatch(long rows) => _batchRows.Observe(rows);

    private CounterChild StreamRows(int code) => _streamRows.TryGetValue(code, out CounterChild? child)
        ? child
        : _streamRows.GetOrAdd(code, _streamRowCounter.WithLabels(
            _identity.Namespace, _identity.Model, _identity.Revision, code.ToString(CultureInfo.InvariantCulture)));

    private CounterChild Requests(string protocol, int code) => _requests.TryGetValue((protocol, code), out CounterChild? child)
        ? child
        : _requests.GetOrAdd((protocol, code), _counter.WithLabels(
            _identity.Namespace, _identity.Model, _identity.Revision, code.ToString(CultureInfo.InvariantCulture), protocol));
}
