using System.Globalization;
using System.Runtime.CompilerServices;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.PredictionLog;
using Canario.InferenceServer.Security;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V1;
using Canario.InferenceServer.V2;
using Microsoft.Extensions.Primitives;

namespace Canario.InferenceServer.Http;

/// <summary>Answers inference requests of both REST protocols: body, parse, run, write.</summary>
internal sealed class InferenceHandler(
    ServerOptions options, ServerState state, Executor executor, Admission admission, RequestMetrics metrics, RequestFailures failures, PredictionLogger log, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, string protocol, string requestId)
    {
        long start = time.GetTimestamp();
        int code = StatusCodes.Status500InternalServerError;
        InferenceCall? call = null;
        RequestDeadline? deadline = null;
        ServedModel? model = state.Model;
        try
        {
            admission.Admit(context);
            if (model is null) throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet");
            deadline = RequestDeadline.Begin(context, time);
            CancellationToken cancellation = deadline?.Token ?? context.RequestAborted;
            call = model.Rent();
            int? jsonBytes = await ReadAndRunAsync(model, call, context, protocol, requestId, cancellation);
            deadline?.Token.ThrowIfCancellationRequested();
            code = StatusCodes.Status200OK;
            await Answers.WriteAsync(context, code, call.Json.Written, jsonBytes);
        }
        catch (Exception e)
        {
            e = deadline?.Explain(e, context.RequestAborted) ?? e;
            (code, string message) = failures.Report(e, model, context, requestId);
            if (code != StatusCodes.Status499ClientClosedRequest) await Answers.WriteErrorAsync(context, code, message);
        }
        finally
        {
            deadline?.Dispose();
            if (call is not null) model!.Return(call);
            long end = time.GetTimestamp();
            SocketThread.End(end);
            metrics.Count(protocol, code, time.GetElapsedTime(start, end));
        }
    }

    /// <summary>From the body to the answer, which is not sent yet: by then the request is no company of its client's next one.</summary>
    /// <returns>As <see cref="V2ResponseWriter.Write"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> ReadAndRunAsync(ServedModel model, InferenceCall call, HttpContext context, string protocol, string requestId, CancellationToken cancellation)
    {
        executor.Begin();
        try
        {
            using RequestBody body = await RequestBody.ReadAsync(context, options.Limits.MaximumBodyBytes);
            call.InCompany = SocketThread.Take(context, time.GetTimestamp());
            if (body.Bytes.Length > SocketThread.LargeBody) await SocketThread.LeaveAsync();
            // Not while the body is read: Kestrel breaks a connection whose read was cancelled, and the answer with it.
            cancellation.ThrowIfCancellationRequested();
            return protocol switch
            {
                RequestMetrics.V2 => await InferAsync(model, call, body.Bytes, context, requestId, cancellation),
                // Rows of named features have the same form in both.
                RequestMetrics.V1 when model.Features is null => await InferV1Async(model, call, body.Bytes, context, cancellation),
                _ => await PredictAsync(model, call, body.Bytes, context, requestId, cancellation),
            };
        }
        finally
        {
            executor.End();
        }
    }

    /// <summary>The binary tensor data extension's header; null: the whole body is JSON.</summary>
    private static int? HeaderLength(HttpContext context)
    {
        StringValues given = context.Request.Headers[V2Headers.JsonLength];
        if (given.Count == 0) return null;
        return int.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : throw RequestException.Bad($"header {V2Headers.JsonLength}: {TensorNames.Quote(given.ToString())} is not a whole number of bytes");
    }

    // Before the run: a slice in which it fails is one too.
    private static void TellSlice(HttpContext context, ServedModel model, InferenceCall call)
    {
        if (model.Features is not { Slices: { } slices } plan || !context.Request.Headers.ContainsKey(Headers.Shadow)) return;
        if (slices.Find(call, plan.Features.Length) is { } slice) context.Response.Headers[Headers.Slice] = slice;
    }

    /// <returns>As <see cref="V2ResponseWriter.Write"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> InferAsync(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, HttpContext context, string requestId, CancellationToken cancellation)
    {
        V2Request request = ParseV2(model, call, body, HeaderLength(context));
        TellSlice(context, model, call);
        await executor.RunTracedAsync(model, call, request.Outputs, cancellation);
        return V2ResponseWriter.Write(call.Json, model, call, request, requestId);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> PredictAsync(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, HttpContext context, string requestId, CancellationToken cancellation)
    {
        FeaturePlan plan = model.Features
            ?? throw RequestException.Bad($"the model has no named features ({ModelFiles.Metadata} lists none); send tensors to /v2/models/{model.Name}/infer");
        bool many = ParsePredict(plan, call, body);
        TellSlice(context, model, call);
        await executor.RunTracedAsync(model, call, null, cancellation);
        PredictionColumns predictions = PredictResponseWriter.Write(call.Json, model, call, many, requestId);
        model.Feedback?.Record(requestId, predictions, call.Rows);
        log.Observe(model, call, predictions, 0, call.Rows, requestId, null);
        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> InferV1Async(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, HttpContext context, CancellationToken cancellation)
    {
        ParseV1(call, body);
        TellSlice(context, model, call);
        await executor.RunTracedAsync(model, call, null, cancellation);
        V1ResponseWriter.Write(call.Json, model, call);
        return null;
    }

    private void ParseV1(InferenceCall call, ReadOnlyMemory<byte> body)
    {
        var cursor = new JsonCursor(body.Span, options.Limits.MaximumStringBytes);
        V1RequestParser.Parse(ref cursor, call, options.Limits);
    }

    private V2Request ParseV2(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, int? headerLength)
    {
        if (headerLength == 0) return RawRequest.Parse(body.Span, call, options.Limits);
        int json = headerLength ?? body.Length;
        if (json > body.Length)
            throw RequestException.Bad($"header {V2Headers.JsonLength} says {json} bytes of JSON; the body has {body.Length}");
        var cursor = new JsonCursor(body.Span[..json], options.Limits.MaximumStringBytes);
        return V2RequestParser.Parse(ref cursor, new BinarySection(body.Span[json..]), call, model.Outputs, options.Limits);
    }

    private bool ParsePredict(FeaturePlan plan, InferenceCall call, ReadOnlyMemory<byte> body)
    {
        var cursor = new JsonCursor(body.Span, options.Limits.MaximumStringBytes);
        return PredictRequestParser.Parse(ref cursor, call, plan, options.Limits);
    }
}
