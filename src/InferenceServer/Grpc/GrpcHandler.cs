using System.Globalization;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.Security;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Grpc;

/// <summary>Answers the unary calls of <c>inference.GRPCInferenceService</c>, and <c>grpc.health.v1.Health/Check</c> for probes.</summary>
internal sealed class GrpcHandler(
    ServerOptions options, ServerState state, Executor executor, Admission admission, RequestMetrics metrics, RequestFailures failures, TimeProvider time)
{
    private const string Service = "inference.GRPCInferenceService";
    private const string HealthService = "grpc.health.v1.Health";
    private const uint Serving = 1;
    private const uint NotServing = 2;

    private static readonly string[] s_methods = ["ServerLive", "ServerReady", "ServerMetadata", "ModelReady", "ModelMetadata", "ModelInfer"];

    /// <summary>What probes ask.</summary>
    public const string HealthPath = $"/{HealthService}/Check";

    /// <summary>The path is one of these services'.</summary>
    public static bool HasService(string path) =>
        path.StartsWith($"/{Service}/", StringComparison.Ordinal) || path.StartsWith($"/{HealthService}/", StringComparison.Ordinal);

    public static bool HasMethod(string path) =>
        path == HealthPath || (path.StartsWith($"/{Service}/", StringComparison.Ordinal) && s_methods.Contains(path[(Service.Length + 2)..]));

    public async Task HandleAsync(HttpContext context, string requestId)
    {
        long start = time.GetTimestamp();
        string path = context.Request.Path.Value ?? "";
        bool inference = path == $"/{Service}/ModelInfer";
        int code = StatusCodes.Status500InternalServerError;
        ServedModel? model = state.Model;
        InferenceCall? call = null;
        CancellationTokenSource? deadline = null;
        CancellationTokenSource? linked = null;
        context.Response.ContentType = GrpcHeaders.ContentType;
        if (inference) executor.Begin();
        try
        {
            if (inference) admission.Admit(context);
            else if (path == $"/{Service}/ModelMetadata") admission.RequireKey(context);
            CancellationToken cancellation = context.RequestAborted;
            if (GrpcHeaders.ReadTimeout(context.Request.Headers[GrpcHeaders.Timeout]) is { } timeout)
            {
                deadline = new CancellationTokenSource(timeout, time);
                linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
                cancellation = linked.Token;
            }

            if (inference) call = (model ?? throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet")).Rent();
            ProtoOutput output = call?.Proto ?? new ProtoOutput();
            output.BeginFrame();
            using RequestBody body = await RequestBody.ReadAsync(context, options.Limits.MaximumBodyBytes, deadline?.Token ?? default);
            string encoding = context.Request.Headers[GrpcHeaders.Encoding].ToString();
            ReadOnlyMemory<byte> message = GrpcFrame.ReadMessage(body.Bytes, encoding, options.Limits.MaximumBodyBytes);
            if (inference)
            {
                GrpcInferRequest request = GrpcInferParser.Parse(message.Span, model!, call!, options.Limits);
                await executor.RunTracedAsync(model!, call!, request.Outputs, cancellation);
                GrpcResponses.WriteInference(output, model!, call!, request);
            }
            else
            {
                Answer(path, message.Span, output);
            }

            output.EndFrame();
            cancellation.ThrowIfCancellationRequested();
            code = StatusCodes.Status200OK;
            await WriteAsync(context, output, packed: encoding == GrpcFrame.Gzip);
        }
        catch (Exception e)
        {
            bool late = deadline is { IsCancellationRequested: true } && e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested;
            if (late) e = new RequestException(StatusCodes.Status504GatewayTimeout, "the deadline passed before the answer was ready");
            (code, string text) = failures.Report(e, model, context, requestId, call);
            if (code != StatusCodes.Status499ClientClosedRequest) EndWith(context, StatusOf(code), text);
        }
        finally
        {
            if (inference) executor.End();
            linked?.Dispose();
            deadline?.Dispose();
            if (call is not null) model!.Return(call);
            if (inference) metrics.Count(RequestMetrics.Grpc, code, time.GetElapsedTime(start));
        }
    }

    private static GrpcStatus StatusOf(int code) => code switch
    {
        StatusCodes.Status400BadRequest => GrpcStatus.InvalidArgument,
        StatusCodes.Status401Unauthorized => GrpcStatus.Unauthenticated,
        StatusCodes.Status403Forbidden => GrpcStatus.PermissionDenied,
        StatusCodes.Status404NotFound => GrpcStatus.NotFound,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => GrpcStatus.ResourceExhausted,
        StatusCodes.Status501NotImplemented => GrpcStatus.Unimplemented,
        StatusCodes.Status503ServiceUnavailable => GrpcStatus.Unavailable,
        StatusCodes.Status504GatewayTimeout => GrpcStatus.DeadlineExceeded,
        _ => GrpcStatus.Internal,
    };

    private static void EndWith(HttpContext context, GrpcStatus status, string message)
    {
        if (status == GrpcStatus.Unimplemented) context.Response.Headers[GrpcHeaders.AcceptEncoding] = $"{GrpcFrame.Identity},{GrpcFrame.Gzip}";
        context.Response.AppendTrailer(GrpcHeaders.Status, ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0) context.Response.AppendTrailer(GrpcHeaders.Message, GrpcHeaders.EncodeMessage(message));
    }

    /// <summary>A client that packs its requests gets packed answers, if it says that it takes them.</summary>
    private static async ValueTask WriteAsync(HttpContext context, ProtoOutput output, bool packed)
    {
        ReadOnlyMemory<byte> frame = output.Written;
        if (packed && context.Request.Headers[GrpcHeaders.AcceptEncoding].ToString().Split(',', StringSplitOptions.TrimEntries).Contains(GrpcFrame.Gzip))
        {
            context.Response.Headers[GrpcHeaders.Encoding] = GrpcFrame.Gzip;
            frame = GrpcFrame.Pack(frame.Span);
        }

        EndWith(context, GrpcStatus.Ok, "");
        await context.Response.BodyWriter.WriteAsync(frame, context.RequestAborted);
    }

    private void Answer(string path, ReadOnlySpan<byte> message, ProtoOutput output)
    {
        switch (path)
        {
            case $"/{Service}/ServerLive":
                output.Boolean(1, true);
                break;
            case $"/{Service}/ServerReady":
                output.Boolean(1, state.Phase == ServerPhase.Ready);
                break;
            case $"/{Service}/ServerMetadata":
                GrpcResponses.WriteServer(output, InferenceApplication.Version);
                break;
            case $"/{Service}/ModelReady":
                RequireName(message);
                output.Boolean(1, state.Phase == ServerPhase.Ready);
                break;
            case $"/{Service}/ModelMetadata":
                GrpcResponses.WriteModel(output, RequireModel(message));
                break;
            case HealthPath:
                string service = TakeTexts(message).First;
                if (service is not ("" or Service)) throw new RequestException(StatusCodes.Status404NotFound, $"there is no service {TensorNames.Quote(service)}");
                output.Number(1, state.Phase == ServerPhase.Ready ? Serving : NotServing);
                break;
            default:
                throw new RequestException(StatusCodes.Status501NotImplemented, $"there is no method {TensorNames.Quote(path)}");
        }
    }

    private ServedModel RequireModel(ReadOnlySpan<byte> message)
    {
        RequireName(message);
        return state.Model ?? throw new RequestException(StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet");
    }

    /// <summary>The model that is asked for is this one, loaded or not.</summary>
    private void RequireName(ReadOnlySpan<byte> message)
    {
        (string name, string version) = TakeTexts(message);
        GrpcInferParser.RequireModel(options.Identity, name, version);
    }

    /// <summary>Fields 1 and 2: a name and a version, or a service.</summary>
    private static (string First, string Second) TakeTexts(ReadOnlySpan<byte> message)
    {
        (string First, string Second) texts = ("", "");
        var reader = new ProtoReader(message);
        for (int field = reader.TakeField(); field != 0; field = reader.TakeField())
        {
            if (field == 1) texts.First = reader.TakeText();
            else if (field == 2) texts.Second = reader.TakeText();
            else reader.Skip();
        }

        return texts;
    }
}
