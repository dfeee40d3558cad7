using System.Diagnostics;
using Canario.Contract;
using Canario.InferenceServer.Execution;
using Canario.InferenceServer.Grpc;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Observation;

/// <summary>What a trace tells about a request, under OpenTelemetry's names. Where nobody listens, each is a check of one field.</summary>
internal static class RequestSpans
{
    public const string SourceName = "Canario.InferenceServer";

    private const int MaximumMethodCharacters = 64;

    // Those that OpenTelemetry's conventions know (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
    private static readonly string[] s_methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

    // Asked every few seconds by those that watch the server; spans of them would be most of all spans.
    private static readonly string[] s_probes = [HttpPaths.Health, HttpPaths.Ready, HttpPaths.Live, HttpPaths.V2Live, HttpPaths.V2Ready, HttpPaths.Metrics, HttpPaths.Contract, GrpcHandler.HealthPath];

    /// <summary>Of the spans of runs.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Names the request's span once it is answered.</summary>
    public static async Task DescribeAsync(HttpContext context, Task answer)
    {
        await answer;
        if (Activity.Current is not { IsAllDataRequested: true } span) return;
        string path = context.Request.Path.Value ?? "";
        if (s_probes.Contains(path))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        // Of gRPC the status of HTTP says nothing.
        if (GrpcHeaders.IsGrpc(context.Request) && GrpcHeaders.IsProtobuf(context.Request)) GrpcSpans.Describe(span, context, path);
        else DescribeRest(span, context, path);
    }

    private static void DescribeRest(Activity span, HttpContext context, string path)
    {
        int status = context.Response.StatusCode;
        // Paths that do not exist are without number.
        string name = NameOf(context.Request.Method);
        span.DisplayName = status == StatusCodes.Status404NotFound ? name : $"{name} {path}";
        SetMethod(span, context.Request.Method);
        span.SetTag("url.path", path);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>A request's method as spans are named by it: clients may make up others without number.</summary>
    public static string NameOf(string method) => s_methods.Contains(method) ? method : "HTTP";

    private static void SetMethod(Activity span, string method)
    {
        bool known = s_methods.Contains(method);
        span.SetTag("http.request.method", known ? method : "_OTHER");
        if (!known) span.SetTag("http.request.method_original", method.Length <= MaximumMethodCharacters ? method : method[..MaximumMethodCharacters]);
    }

    /// <summary><see cref="Executor.RunAsync"/>, with a span of its own where anybody wants it.</summary>
    public static ValueTask RunTracedAsync(this Executor executor, ServedModel model, InferenceCall call, int[]? outputs, CancellationToken cancellation) =>
        Source.HasListeners() ? TracedAsync(executor, model, call, outputs, cancellation) : executor.RunAsync(model, call, outputs, cancellation);

    /// <summary>For who runs in a way of its own.</summary>
    /// <returns>Null: nobody wants one.</returns>
    public static Activity? StartRun() => Source.StartActivity("model run");

    private static async ValueTask TracedAsync(Executor executor, ServedModel model, InferenceCall call, int[]? outputs, CancellationToken cancellation)
    {
        using Activity? span = StartRun();
        try
        {
            await executor.RunAsync(model, call, outputs, cancellation);
        }
        catch
        {
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
