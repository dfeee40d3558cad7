using System.Diagnostics;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.PredictionLog;
using Canario.InferenceServer.Rows;
using Canario.InferenceServer.Security;
using Canario.InferenceServer.Tensors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Canario.InferenceServer.Http;

/// <summary>
/// Answers <c>/predict</c> with lines in and lines out: a line is answered as soon as it has come, those that have come together are run together.
/// No more is read than is answered: a client that does not read its answers stops its own rows, not the server's memory.
/// </summary>
internal sealed partial class StreamHandler(
    ServerOptions options, ServerState state, Executor executor, Admission admission, RequestMetrics metrics, RequestFailures failures, PredictionLogger log,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StreamHandler> logger)
{
    public const string ContentType = "application/x-ndjson";

    // NDJSON has no registered name: these are used for it.
    private static readonly string[] s_contentTypes = [ContentType, "application/ndjson", "application/jsonl", "application/x-jsonlines"];

    // The process is given 30 s to answer what is under way: a stream is told where it stopped before it is cut.
    private static readonly TimeSpan s_lastRows = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromMilliseconds(500);

    public static bool IsStream(HttpRequest request)
    {
        if (request.ContentType is not { Length: > 16 } type) return false;
        ReadOnlySpan<char> name = type.AsSpan();
        int parameters = name.IndexOf(';');
        if (parameters >= 0) name = name[..parameters].TrimEnd();
        foreach (string known in s_contentTypes)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    public async Task HandleAsync(HttpContext context, string requestId)
    {
        int code = StatusCodes.Status500InternalServerError;
        ServedModel? model = state.Model;
        InferenceCall? call = null;
        try
        {
            admission.Admit(context);
            if (model is null) throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet");
            if (model.Features is null) throw RequestException.Bad($"the model has no named features ({ModelFiles.Metadata} lists none), which the rows of a stream need");
            call = model.Rent();
            code = await AnswerAsync(context, model, call, requestId);
        }
        catch (Exception e)
        {
            (code, string message) = failures.Report(e, model, context, requestId);
            // A connection that breaks tells the client that the stream is not whole.
            if (context.Response.HasStarted) context.Abort();
            else if (code != StatusCodes.Status499ClientClosedRequest) await Answers.WriteErrorAsync(context, code, message);
        }
        finally
        {
            if (call is not null) model!.Return(call);
            metrics.CountStream(code);
        }
    }

    private async Task<int> AnswerAsync(HttpContext context, ServedModel model, InferenceCall call, string requestId)
    {
        long start = time.GetTimestamp();
        LiftLimits(context);
        var sink = new StreamSink(model, call, log, requestId);
        var runner = new RowRunner(model, options.Limits, (rows, cancellation) => RunAsync(model, rows, cancellation));
        using var reader = new RecordReader(context.Request.Body, new LineSplitter(), options.Limits.MaximumLineBytes);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using CancellationTokenSource ending = new();
        await using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => ending.CancelAfter(s_lastRows));
        using CancellationTokenRegistration ended = ending.Token.Register(idle.Cancel);
        try
        {
            // The head goes out at once: clients and proxies wait for it. But a client that asked for leave to send must get that first.
            if (context.Request.Headers.Expect.Count == 0) await StartAsync(context);
            List<RowText> rows = [];
            while (await FillAsync(reader, idle))
            {
                if (!context.Response.HasStarted) await StartAsync(context);
                await SocketThread.LeaveAsync();
                while (TakeRows(reader, runner.MaximumRows, rows))
                {
                    await runner.RunAsync(call, rows, sink, idle.Token);
                    sink.FirstRow += rows.Count;
                    await WriteAsync(context, sink, idle);
                    await SocketThread.LeaveAsync();
                }
            }

            if (!context.Response.HasStarted) await StartAsync(context);
            return StatusCodes.Status200OK;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            (int code, string why) = ending.IsCancellationRequested
                ? (StatusCodes.Status503ServiceUnavailable, "the server ends; send this row and those after it again")
                : (StatusCodes.Status408RequestTimeout, $"the stream stood still for {options.StreamIdle.TotalSeconds} s");
            await EndAsync(context, sink, code, why);
            return code;
        }
        catch (Exception e) when (e is RequestException or BadHttpRequestException && context.Response.HasStarted)
        {
            (int code, string message) = failures.Report(e, model, context, requestId);
            if (code != StatusCodes.Status499ClientClosedRequest) await EndAsync(context, sink, code, message);
            return code;
        }
        finally
        {
            metrics.CountStreamRows(StatusCodes.Status200OK, sink.Predictions);
            metrics.CountStreamRows(StatusCodes.Status400BadRequest, sink.BadRows);
            metrics.CountStreamRows(StatusCodes.Status500InternalServerError, sink.FailedRows);
            Log.Ended(logger, requestId, sink.Predictions, sink.BadRows + sink.FailedRows, time.GetElapsedTime(start).TotalSeconds, sink.FirstError ?? "none");
        }
    }

    /// <summary>A stream has no size; how fast its client sends and reads is its own affair, as long as it does not stand still.</summary>
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request) request.MinDataRate = null;
        // HTTP/2 has none for responses of a single stream.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } response) response.MinDataRate = null;
    }

    private async ValueTask StartAsync(HttpContext context)
    {
        context.Response.Headers[Headers.Revision] = options.Identity.Revision;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = ContentType;
        // Proxies that gather answers would hold back what the client waits for.
        context.Response.Headers["x-accel-buffering"] = "no";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async ValueTask<bool> FillAsync(RecordReader reader, CancellationTokenSource idle)
    {
        idle.CancelAfter(options.StreamIdle);
        bool more = await reader.FillAsync(idle.Token);
        idle.CancelAfter(Timeout.InfiniteTimeSpan);
        return more;
    }

    private bool TakeRows(RecordReader reader, int most, List<RowText> rows)
    {
        rows.Clear();
        while (rows.Count < most && reader.TryTake(out ReadOnlyMemory<byte> line, out bool tooLong))
        {
            if (tooLong) rows.Add(new RowText(default, $"the row is longer than {options.Limits.MaximumLineBytes} bytes"));
            // Blank lines are no rows: many writers end with one.
            else if (!line.Span.Trim(" \t\r"u8).IsEmpty) rows.Add(new RowText(line));
        }

        return rows.Count > 0;
    }

    private async ValueTask RunAsync(ServedModel model, InferenceCall rows, CancellationToken cancellation)
    {
        // Only while it runs something: a stream that waits for its client leaves others alone with the server.
        executor.Begin();
        using Activity? span = RequestSpans.StartRun();
        try
        {
            for (TimeSpan wait = s_firstRetry; ; wait = wait < s_longestRetry ? wait * 2 : wait)
            {
                try
                {
                    await executor.RunAsync(model, rows, null, cancellation, countInputs: false);
                    break;
                }
                catch (RequestException busy) when (busy.Status == StatusCodes.Status503ServiceUnavailable)
                {
                    // A stream is made to wait, it is not refused in the middle.
                    await Task.Delay(wait, time, cancellation);
                }
            }

            model.Drift.ObserveInputs(rows);
        }
        catch
        {
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            executor.End();
        }
    }

    private async ValueTask WriteAsync(HttpContext context, StreamSink sink, CancellationTokenSource idle)
    {
        idle.CancelAfter(options.StreamIdle);
        await context.Response.BodyWriter.WriteAsync(sink.Lines.Written, idle.Token);
        idle.CancelAfter(Timeout.InfiniteTimeSpan);
        sink.Lines.Clear();
    }

    /// <summary>Tells the client where its stream stopped, if it still reads.</summary>
    private async ValueTask EndAsync(HttpContext context, StreamSink sink, int code, string why)
    {
        if (!context.Response.HasStarted) await StartAsync(context);
        sink.Lines.Clear();
        sink.End(code, why);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await context.Response.BodyWriter.WriteAsync(sink.Lines.Written, limit.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(43, LogLevel.Information, "Stream {RequestId}: {Predictions} rows predicted, {Refused} not, in {Seconds:F1} s; first error: {FirstError}")]
        public static partial void Ended(ILogger logger, string requestId, long predictions, long refused, double seconds, string firstError);
    }
}
