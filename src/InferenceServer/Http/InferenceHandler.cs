using System.Globalization;
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
            int? jsonBytes;
            executor.Begin();
            try
            {
                Asked asked;
                using (RequestBody body = await RequestBody.ReadAsync(context, options.Limits.MaximumBodyBytes, deadline?.Token ?? default))
                {
                    if (body.Bytes.Length > SocketThread.LargeBody) await SocketThread.LeaveAsync();
                    cancellation.ThrowIfCancellationRequested();
                    asked = Parse(model, call, body.Bytes, context, protocol);
                }

                await executor.RunTracedAsync(model, call, asked.V2.Outputs, cancellation);
                jsonBytes = Write(model, call, asked, requestId);
            }
            finally
            {
                // The answer is not sent yet: by then the request is no company of its client's next one.
                executor.End();
            }

            deadline?.Token.ThrowIfCancellationRequested();
            code = StatusCodes.Status200OK;
            await Answers.WriteAsync(context, code, call.Json.Written, jsonBytes);
        }
        catch (Exception e)
        {
            e = deadline?.Explain(e, context.RequestAborted) ?? e;
            (code, string message) = failures.Report(e, model, context, requestId, call);
            if (code != StatusCodes.Status499ClientClosedRequest) await Answers.WriteErrorAsync(context, code, message);
        }
        finally
        {
            deadline?.Dispose();
            if (call is not null) model!.Return(call);
            long end = time.GetTimestamp();
            metrics.Count(protocol, code, time.GetElapsedTime(start, end));
        }
    }

    /// <summary>Fills the call's inputs.</summary>
    private Asked Parse(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, HttpContext context, string protocol)
    {
        Asked asked = protocol switch
        {
            RequestMetrics.V2 => ParseV2(model, call, body, HeaderLength(context)),
            // Rows of named features have the same form in both.
            RequestMetrics.V1 when model.Features is null => ParseV1(call, body),
            _ => ParsePredict(model, call, body, instancesOnly: protocol == RequestMetrics.V1),
        };
        if (asked.Form == Form.V2 && model.Features is { } plan) FeatureCheck.Require(call, plan);
        TellSlice(context, model, call);
        return asked;
    }

    /// <returns>As <see cref="V2ResponseWriter.Write"/>.</returns>
    private int? Write(ServedModel model, InferenceCall call, in Asked asked, string requestId)
    {
        switch (asked.Form)
        {
            case Form.V2:
                return V2ResponseWriter.Write(call.Json, model, call, asked.V2, requestId);
            case Form.V1:
                V1ResponseWriter.Write(call.Json, model, call);
                return null;
            default:
                PredictionColumns predictions = PredictResponseWriter.Write(call.Json, model, call, asked.Form == Form.ManyPredictions, requestId);
                model.Feedback?.Record(requestId, predictions, call.Rows);
                log.Observe(model, call, predictions, 0, call.Rows, requestId, null);
                return null;
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

    private Asked ParseV1(InferenceCall call, ReadOnlyMemory<byte> body)
    {
        var cursor = new JsonCursor(body.Span, options.Limits.MaximumStringBytes);
        V1RequestParser.Parse(ref cursor, call, options.Limits);
        return new Asked(Form.V1);
    }

    private Asked ParseV2(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, int? headerLength)
    {
        if (headerLength == 0) return new Asked(Form.V2, RawRequest.Parse(body.Span, call, options.Limits));
        int json = headerLength ?? body.Length;
        if (json > body.Length)
            throw RequestException.Bad($"header {V2Headers.JsonLength} says {json} bytes of JSON; the body has {body.Length}");
        var cursor = new JsonCursor(body.Span[..json], options.Limits.MaximumStringBytes);
        return new Asked(Form.V2, V2RequestParser.Parse(ref cursor, new BinarySection(body.Span[json..]), call, model.Outputs, options.Limits));
    }

    private Asked ParsePredict(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, bool instancesOnly)
    {
        FeaturePlan plan = model.Features
            ?? throw RequestException.Bad($"the model has no named features ({ModelFiles.Metadata} lists none); send tensors to /v2/models/{model.Name}/infer");
        var cursor = new JsonCursor(body.Span, options.Limits.MaximumStringBytes);
        return new Asked(PredictRequestParser.Parse(ref cursor, call, plan, options.Limits, instancesOnly) ? Form.ManyPredictions : Form.OnePrediction);
    }

    private enum Form
    {
        V2,
        V1,
        OnePrediction,
        ManyPredictions,
    }

    /// <summary>What the answer needs to know of the request beside its call.</summary>
    private readonly record struct Asked(Form Form, V2Request V2 = default);
}
