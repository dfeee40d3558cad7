using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Grpc;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Lifecycle;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Observation;
using Canario.InferenceServer.OpenApi;
using Canario.InferenceServer.Security;
using Canario.InferenceServer.V2;
using Canario.Telemetry;
using Canario.Telemetry.Metrics;
using Microsoft.Extensions.Primitives;

namespace Canario.InferenceServer.Http;

/// <summary>Finds who answers a path. By hand: there are few paths, and routing tables cost more than the whole of a small inference.</summary>
internal sealed class Dispatcher(ServerOptions options, ServerState state, InferenceHandler inference, StreamHandler stream, FeedbackHandler feedback, GrpcHandler grpc, Admission admission, MetricRegistry registry, string version)
{
    private const string PredictPath = "/predict";
    private const string FeedbackPath = "/feedback";
    private const string V1Path = "/v1/models/";
    private const string V2Path = "/v2/models/";
    private const string OpenApiPath = "/openapi.json";
    private const string Unpacked = "identity";

    public Task HandleAsync(HttpContext context)
    {
        if (RequestSpans.Source.HasListeners()) return RequestSpans.DescribeAsync(context, AnswerAsync(context));
        // Its events say which trace a prediction is of.
        return options.PredictionLog.Length > 0 ? AnswerTracedAsync(context) : AnswerAsync(context);
    }

    private async Task AnswerTracedAsync(HttpContext context)
    {
        using Activity? trace = RequestTrace.Continue(context);
        await AnswerAsync(context);
    }

    private Task AnswerAsync(HttpContext context)
    {
        string requestId = RequestIds.Accept(context.Request.Headers[Headers.RequestId]);
        context.Response.Headers[Headers.RequestId] = requestId;
        // A client that keeps a connection would lose a request to the end of the process.
        if (state.IsDraining && !HttpProtocol.IsHttp2(context.Request.Protocol)) context.Response.Headers.Connection = "close";

        if (GrpcHeaders.IsGrpc(context.Request)) return GrpcHeaders.IsProtobuf(context.Request) ? grpc.HandleAsync(context, requestId) : NotProtobufAsync(context);
        string path = context.Request.Path.Value ?? "";
        return path switch
        {
            PredictPath when StreamHandler.IsStream(context.Request) => RefusePost(context) ?? stream.HandleAsync(context, requestId),
            PredictPath => PostAsync(context, RequestMetrics.Predict, requestId),
            FeedbackPath => RefusePost(context) ?? feedback.HandleAsync(context, requestId),
            HttpPaths.Metrics => GetAsync(context, MetricsAsync),
            HttpPaths.Contract => GetAsync(context, ContractAsync),
            HttpPaths.Health or HttpPaths.Ready => GetAsync(context, HealthAsync),
            HttpPaths.Live => GetAsync(context, LiveAsync),
            HttpPaths.V2Live => GetAsync(context, LiveAsync),
            HttpPaths.V2Ready => GetAsync(context, ReadyAsync),
            "/v2" or "/v2/" => GetAsync(context, ServerAsync),
            OpenApiPath => GetAsync(context, OpenApiAsync),
            _ when path.StartsWith(V1Path, StringComparison.Ordinal) => ModelV1Async(context, path[V1Path.Length..], requestId),
            _ when path.StartsWith(V2Path, StringComparison.Ordinal) => ModelAsync(context, path, requestId),
            _ when DocsPage.Has(path) => GetAsync(context, DocsAsync),
            _ when GrpcHandler.HasService(path) && HttpProtocol.IsHttp2(context.Request.Protocol) => NotProtobufAsync(context),
            _ => Answers.WriteErrorAsync(context, StatusCodes.Status404NotFound, "there is nothing at this path").AsTask(),
        };
    }

    /// <summary><c>/v2/models/{name}[/versions/{version}][/ready | /infer]</c></summary>
    private Task ModelAsync(HttpContext context, string path, string requestId)
    {
        ReadOnlySpan<char> rest = path.AsSpan(V2Path.Length);
        // One more than the longest path has; in the last one there may be more.
        Span<Range> parts = stackalloc Range[5];
        int count = rest.Split(parts, '/');
        bool versioned = count > 2 && rest[parts[1]] is "versions";
        int next = versioned ? 3 : 1;
        ReadOnlySpan<char> action = next < count ? rest[parts[next]] : "";
        if (count > next + 1 || action is not ("" or "ready" or "infer"))
            return Answers.WriteErrorAsync(context, StatusCodes.Status404NotFound, "there is nothing at this path").AsTask();

        // Inference asks for the key by itself; readiness is for probes.
        if (action.Length == 0)
        {
            try
            {
                admission.RequireKey(context);
            }
            catch (RequestException e)
            {
                return Answers.WriteErrorAsync(context, e.Status, e.Message).AsTask();
            }
        }

        // Known before the model is loaded: who asks for another one need not wait for this.
        ModelIdentity identity = options.Identity;
        if (!rest[parts[0]].SequenceEqual(identity.Model))
            return NotFoundAsync(context, $"there is no model {Tensors.TensorNames.Quote(rest[parts[0]].ToString())}; '{identity.Model}' is served");
        if (versioned && !rest[parts[2]].SequenceEqual(identity.Revision))
            return NotFoundAsync(context, $"model '{identity.Model}' has no version {Tensors.TensorNames.Quote(rest[parts[2]].ToString())}; '{identity.Revision}' is served");
        return action switch
        {
            "infer" => PostAsync(context, RequestMetrics.V2, requestId),
            "ready" => GetAsync(context, ModelReadyAsync),
            _ => GetAsync(context, MetadataAsync),
        };
    }

    /// <summary><c>/v1/models/{name}[:predict]</c></summary>
    private Task ModelV1Async(HttpContext context, string rest, string requestId)
    {
        string[] parts = rest.Split(':');
        if (parts.Length > 2 || (parts.Length == 2 && parts[1] != "predict")) return NotFoundAsync(context, "there is nothing at this path");
        if (parts[0] != options.Identity.Model)
            return NotFoundAsync(context, $"there is no model {Tensors.TensorNames.Quote(parts[0])}; '{options.Identity.Model}' is served");
        if (parts.Length == 2) return PostAsync(context, RequestMetrics.V1, requestId);
        return GetAsync(context, ModelReadyAsync);
    }

    private Task PostAsync(HttpContext context, string protocol, string requestId) =>
        RefusePost(context) ?? inference.HandleAsync(context, protocol, requestId);

    /// <returns>Null: it is a POST whose body is read as it is.</returns>
    private static Task? RefusePost(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)) return WrongMethodAsync(context, "POST");
        StringValues encoding = context.Request.Headers.ContentEncoding;
        if (encoding.Count == 0 || (encoding.Count == 1 && string.Equals(encoding[0], Unpacked, StringComparison.OrdinalIgnoreCase))) return null;
        // RFC 9110, 15.5.16: so a client learns which it may use.
        context.Response.Headers.AcceptEncoding = Unpacked;
        return Answers.WriteErrorAsync(
            context, StatusCodes.Status415UnsupportedMediaType, $"content-encoding {Tensors.TensorNames.Quote(encoding.ToString())} is not taken; send the body unpacked").AsTask();
    }

    private static Task NotProtobufAsync(HttpContext context) => Answers.WriteErrorAsync(
        context,
        StatusCodes.Status415UnsupportedMediaType,
        $"content-type {Tensors.TensorNames.Quote(context.Request.ContentType ?? "")} is not taken; gRPC is taken as {GrpcHeaders.ContentType} or {GrpcHeaders.ProtobufType}").AsTask();

    private static Task GetAsync(HttpContext context, Func<HttpContext, Task> answer) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? answer(context) : WrongMethodAsync(context, "GET, HEAD");

    private static Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return Answers.WriteErrorAsync(context, StatusCodes.Status405MethodNotAllowed, $"this path takes {allowed}").AsTask();
    }

    private static Task NotFoundAsync(HttpContext context, string message) =>
        Answers.WriteErrorAsync(context, StatusCodes.Status404NotFound, message).AsTask();

    private static Task NotLoadedAsync(HttpContext context) =>
        Answers.WriteErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "the model is not loaded yet").AsTask();

    private Task MetricsAsync(HttpContext context) => MetricsEndpoint.WriteAsync(context, registry);

    private static Task DocsAsync(HttpContext context) => DocsPage.WriteAsync(context, context.Request.Path.Value ?? "");

    private Task ServerAsync(HttpContext context)
    {
        var output = new JsonOutput();
        V2MetadataWriter.WriteServer(output, version);
        return WriteAsync(context, StatusCodes.Status200OK, output);
    }

    private Task OpenApiAsync(HttpContext context)
    {
        try
        {
            admission.RequireKey(context);
        }
        catch (RequestException e)
        {
            return Answers.WriteErrorAsync(context, e.Status, e.Message).AsTask();
        }

        if (state.Model is not { } model)
            return NotLoadedAsync(context);
        JsonOutput output = new JsonOutput().Raw(Encoding.UTF8.GetBytes(OpenApiDocument.Build(model, options, version).ToJsonString()));
        return WriteAsync(context, StatusCodes.Status200OK, output);
    }

    /// <summary>As open as the metrics are, which name the features too: the operator asks, and has no key.</summary>
    private Task ContractAsync(HttpContext context) => state.Model is { } model
        ? WriteAsync(context, StatusCodes.Status200OK, new JsonOutput().Raw(JsonSerializer.SerializeToUtf8Bytes(model.DescribeContract(), ContractJson.Default.ModelContract)))
        : NotLoadedAsync(context);

    private Task MetadataAsync(HttpContext context)
    {
        if (state.Model is not { } model) return NotLoadedAsync(context);
        var output = new JsonOutput();
        V2MetadataWriter.WriteModel(output, model);
        return WriteAsync(context, StatusCodes.Status200OK, output);
    }

    private Task ModelReadyAsync(HttpContext context)
    {
        bool ready = state.Phase == ServerPhase.Ready;
        JsonOutput output = new JsonOutput().Raw("{\"name\":"u8).Text(options.Identity.Model).Raw(ready ? ",\"ready\":true}"u8 : ",\"ready\":false}"u8);
        return WriteAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, output);
    }

    private static Task LiveAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, new JsonOutput().Raw("{\"live\":true}"u8));

    /// <summary>The specification names the member <c>live</c> here too; <c>ready</c> is what readers look for.</summary>
    private Task ReadyAsync(HttpContext context) => state.Phase == ServerPhase.Ready
        ? WriteAsync(context, StatusCodes.Status200OK, new JsonOutput().Raw("{\"live\":true,\"ready\":true}"u8))
        : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new JsonOutput().Raw("{\"live\":true,\"ready\":false}"u8));

    private Task HealthAsync(HttpContext context)
    {
        ServerPhase phase = state.Phase;
        string status = phase switch
        {
            ServerPhase.Ready => "ready",
            ServerPhase.Loading => "loading",
            ServerPhase.Draining => "draining",
            _ => "failed",
        };
        JsonOutput output = new JsonOutput().Raw("{\"status\":"u8).Text(status);
        if (state.Model is { } model) output.Raw(",\"model\":"u8).Text(model.Name).Raw(",\"revision\":"u8).Text(model.Revision).Raw(",\"sha256\":"u8).Text(model.Sha256);
        if (state.Failure is { } failure) output.Raw(",\"reason\":"u8).Text(failure);
        output.Raw("}"u8);
        return WriteAsync(context, phase == ServerPhase.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, output);
    }

    private static Task WriteAsync(HttpContext context, int status, JsonOutput output)
    {
        // A HEAD is answered like a GET, without the body.
        if (!HttpMethods.IsHead(context.Request.Method)) return Answers.WriteAsync(context, status, output.Written).AsTask();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = output.Written.Length;
        return Task.CompletedTask;
    }
}
