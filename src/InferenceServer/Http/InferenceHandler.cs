using System.Globalization;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;
using Microsoft.Extensions.Primitives;

namespace Canario.InferenceServer.Http;

/// <summary>Answers inference requests of both protocols: body, parse, run, write.</summary>
internal sealed partial class InferenceHandler(
    ServerOptions options, ServerState state, RequestMetrics metrics, TimeProvider time, ILogger<InferenceHandler> logger) : IDisposable
{
    // More runs at once than cores only make each of them slower.
    private readonly SemaphoreSlim _slowRuns = new(Math.Max(1, Environment.ProcessorCount / Math.Max(1, options.Threads)));

    public async Task HandleAsync(HttpContext context, string protocol, string requestId)
    {
        long start = time.GetTimestamp();
        int code = StatusCodes.Status500InternalServerError;
        int? jsonBytes;
        InferenceCall? call = null;
        ServedModel? model = state.Model;
        try
        {
            if (model is null) throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet");
            call = model.Rent();
            using (RequestBody body = await RequestBody.ReadAsync(context, options.Limits.MaximumBodyBytes))
            {
                jsonBytes = protocol == RequestMetrics.V2
                    ? await InferAsync(model, call, body.Bytes, HeaderLength(context), requestId)
                    : await PredictAsync(model, call, body.Bytes, requestId);
            }

            code = StatusCodes.Status200OK;
            await Answers.WriteAsync(context, code, call.Output, jsonBytes);
        }
        catch (RequestException e)
        {
            code = e.Status;
            Log.Refused(logger, requestId, code, e.Message);
            await Answers.WriteErrorAsync(context, code, e.Message);
        }
        catch (OnnxRuntimeException e)
        {
            code = StatusCodes.Status500InternalServerError;
            // ONNX Runtime's message may hold a value of the input.
            string reason = model!.HasSensitiveFeatures ? $"the model failed on this input ({e.Code})" : $"the model failed on this input ({e.Code}): {e.Message}";
            Log.Failed(logger, requestId, reason);
            await Answers.WriteErrorAsync(context, code, reason);
        }
        catch (BadHttpRequestException e)
        {
            code = e.StatusCode;
            await Answers.WriteErrorAsync(context, code, e.Message);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is OperationCanceledException or IOException)
        {
            // The client is gone: nobody reads an answer, and it is no error of the model.
            code = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e)
        {
            Log.Broken(logger, requestId, e.GetType().Name, e.StackTrace ?? "");
            await Answers.WriteErrorAsync(context, code, "internal error");
        }
        finally
        {
            if (call is not null) model!.Return(call);
            metrics.Count(protocol, code, time.GetElapsedTime(start));
        }
    }

    public void Dispose() => _slowRuns.Dispose();

    /// <summary>The binary tensor data extension's header; null: the whole body is JSON.</summary>
    private static int? HeaderLength(HttpContext context)
    {
        StringValues given = context.Request.Headers[V2Headers.JsonLength];
        if (given.Count == 0) return null;
        return int.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : throw RequestException.Bad($"header {V2Headers.JsonLength}: {TensorNames.Quote(given.ToString())} is not a whole number of bytes");
    }

    /// <returns>As <see cref="V2ResponseWriter.Write"/>.</returns>
    private async ValueTask<int?> InferAsync(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, int? headerLength, string requestId)
    {
        V2Request request = ParseV2(model, call, body, headerLength);
        model.Drift.ObserveInputs(call);
        await RunAsync(model, call, model.RunOf(request.Outputs));
        model.Drift.ObserveOutputs(call, request.Outputs ?? model.AllOutputs);
        return V2ResponseWriter.Write(call.Output, model, call, request, requestId);
    }

    private async ValueTask<int?> PredictAsync(ServedModel model, InferenceCall call, ReadOnlyMemory<byte> body, string requestId)
    {
        FeaturePlan plan = model.Features
            ?? throw RequestException.Bad($"the model has no named features ({ModelFiles.Metadata} lists none); send tensors to /v2/models/{model.Name}/infer");
        bool many = ParsePredict(plan, call, body);
        model.Drift.ObserveInputs(call);
        await RunAsync(model, call, model.RunOf(null));
        model.Drift.ObserveOutputs(call, model.AllOutputs);
        PredictResponseWriter.Write(call.Output, model, call, many, requestId);
        return null;
    }

    private async ValueTask RunAsync(ServedModel model, InferenceCall call, OutputSelection run)
    {
        if (!model.IsSlow)
        {
            call.Run(run);
            return;
        }

        await _slowRuns.WaitAsync();
        try
        {
            await Task.Run(() => call.Run(run));
        }
        finally
        {
            _slowRuns.Release();
        }
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

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Information, "Refused request {RequestId} with {Code}: {Reason}")]
        public static partial void Refused(ILogger logger, string requestId, int code, string reason);

        [LoggerMessage(41, LogLevel.Error, "Request {RequestId} failed: {Reason}")]
        public static partial void Failed(ILogger logger, string requestId, string reason);

        // Without the exception's message: it could hold a value of the request.
        [LoggerMessage(42, LogLevel.Error, "Request {RequestId} failed inside the server: {Kind}\n{Trace}")]
        public static partial void Broken(ILogger logger, string requestId, string kind, string trace);
    }
}
