using System.Diagnostics;
using System.Globalization;
using Canario.InferenceServer.Grpc;
using Microsoft.AspNetCore.Http.Features;

namespace Canario.InferenceServer.Observation;

/// <summary>What the span of a call tells (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/).</summary>
internal static class GrpcSpans
{
    public static void Describe(Activity span, HttpContext context, string path)
    {
        GrpcStatus status = StatusOf(context);
        span.SetTag("rpc.system", "grpc");
        span.SetTag("rpc.grpc.status_code", (int)status);
        span.SetTag("url.path", path);
        if (IsError(status)) span.SetStatus(ActivityStatusCode.Error);
        // Methods that do not exist are without number.
        if (!GrpcHandler.HasMethod(path))
        {
            span.DisplayName = RequestSpans.NameOf(context.Request.Method);
            return;
        }

        int method = path.LastIndexOf('/');
        span.DisplayName = path[1..];
        span.SetTag("rpc.service", path[1..method]);
        span.SetTag("rpc.method", path[(method + 1)..]);
    }

    /// <summary>The conventions' list for servers; its UNKNOWN and DATA_LOSS are never answered.</summary>
    private static bool IsError(GrpcStatus status) =>
        status is GrpcStatus.DeadlineExceeded or GrpcStatus.Unimplemented or GrpcStatus.Internal or GrpcStatus.Unavailable;

    /// <summary>As the client was told; nobody is, when it is gone.</summary>
    private static GrpcStatus StatusOf(HttpContext context) =>
        context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcHeaders.Status].ToString() is { Length: > 0 } text
            ? (GrpcStatus)int.Parse(text, CultureInfo.InvariantCulture)
            : GrpcStatus.Cancelled;
}
