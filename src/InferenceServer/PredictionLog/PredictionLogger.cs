using System.Threading.Channels;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.Telemetry.Logging;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.PredictionLog;

/// <summary>Hands a share of the predictions to a sink. A request never waits for it: what the sink is too slow for is dropped and counted.</summary>
internal sealed partial class PredictionLogger : BackgroundService
{
    private const int MostWaiting = 4096;
    private const long MostWaitingBytes = 32 << 20;

    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_betweenComplaints = TimeSpan.FromMinutes(1);

    private readonly double _share;
    private readonly TimeProvider _time;
    private readonly ILogger<PredictionLogger> _logger;
    private readonly IPredictionSink? _sink;
    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly CounterChild? _written;
    private readonly CounterChild? _dropped;
    private readonly CounterChild? _failed;
    private long _waitingBytes;
    private long? _complainedAt;

    public PredictionLogger(
        ServerOptions options, MetricRegistry registry, HttpClient http, IEnumerable<ILoggerProvider> logs, TimeProvider time, ILogger<PredictionLogger> logger)
    {
        _share = options.PredictionLogShare;
        _time = time;
        _logger = logger;
        if (options.PredictionLog.Length == 0) return;
        _sink = options.PredictionLog switch
        {
            "stdout" => new OutputSink(logs.OfType<JsonLoggerProvider>().First()),
            var uri when new Uri(uri).IsFile => new FileSink(new Uri(uri).LocalPath, options.PredictionLogFileBytes),
            var uri => new HttpSink(new Uri(uri), http, time),
        };
        Counter events = registry.CreateCounter(
            MetricNames.PredictionLogEvents,
            "Events for the prediction log, by what became of them.",
            MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Outcome);
        CounterChild Child(string outcome) => events.WithLabels(options.Identity.Namespace, options.Identity.Model, options.Identity.Revision, outcome);
        (_written, _dropped, _failed) = (Child("written"), Child("dropped"), Child("failed"));
    }

    /// <summary>Rows of a request, or one of a stream, that were predicted.</summary>
    /// <inheritdoc cref="PredictionEvent.Write" path="/param"/>
    public void Observe(ServedModel model, InferenceCall call, PredictionColumns predictions, int slot, int rows, string requestId, long? row)
    {
        if (_sink is null) return;
#pragma warning disable CA5394 // A sample, not a secret.
        if (_share < 1 && Random.Shared.NextDouble() >= _share) return;
#pragma warning restore CA5394
        var output = new JsonOutput();
        PredictionEvent.Write(output, model, call, predictions, slot, rows, requestId, row, _time.GetUtcNow());
        byte[] bytes = output.Written.ToArray();
        if (Interlocked.Add(ref _waitingBytes, bytes.Length) <= MostWaitingBytes && _waiting.Writer.TryWrite(bytes)) return;
        Interlocked.Add(ref _waitingBytes, -bytes.Length);
        _dropped!.Increment();
    }

    public override void Dispose()
    {
        _sink?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_sink is null) return;
        // The end gives it a little time for what waits; what is left then is counted nowhere any more.
        using var end = new CancellationTokenSource();
        await using CancellationTokenRegistration stopping = stoppingToken.Register(() =>
        {
            _waiting.Writer.TryComplete();
            end.CancelAfter(s_drainTime);
        });
        try
        {
            await foreach (byte[] bytes in _waiting.Reader.ReadAllAsync(end.Token))
            {
                Interlocked.Add(ref _waitingBytes, -bytes.Length);
                await WriteAsync(bytes, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken end)
    {
        try
        {
            await _sink!.WriteAsync(bytes, end);
            _written!.Increment();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            _failed!.Increment();
            if (_complainedAt is { } at && _time.GetElapsedTime(at) < s_betweenComplaints) return;
            _complainedAt = _time.GetTimestamp();
            Log.Failed(_logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(70, LogLevel.Warning, "Prediction events are lost (told once a minute, counted in the metrics): {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
