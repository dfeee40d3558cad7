using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Canario.Telemetry.Metrics;

/// <summary>Serves a registry to Prometheus.</summary>
public static class MetricsEndpoint
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder endpoints, MetricRegistry registry, string path = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(registry);
        return endpoints.MapGet(path, (RequestDelegate)(context => WriteAsync(context, registry)));
    }

    /// <summary>Answers a request without routing.</summary>
    public static async Task WriteAsync(HttpContext context, MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(registry);
        context.Response.ContentType = ContentType;
        registry.Write(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
