using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Configuration;
using Canario.Telemetry.Logging;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Hosting;

/// <summary>The process: health, metrics and the operator.</summary>
static class OperatorHost
{
    public static async Task<int> RunAsync(OperatorOptions options)
    {
        using var client = new KubernetesClient(ClusterAccessLoader.Load(options.Kubeconfig));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddCanarioJson().AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(k => k.ListenAnyIP(options.Port));
        // Longer than a write may take, shorter than a pod's grace.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
        var registry = new MetricRegistry();
        registry.AddProcessMetrics();
        builder.Services.AddSingleton(s => new OperatorService(client, options, registry, TimeProvider.System, s.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddHostedService(s => s.GetRequiredService<OperatorService>());
        await using var app = builder.Build();
        var service = app.Services.GetRequiredService<OperatorService>();
        app.MapMetrics(registry, HttpPaths.Metrics);
        app.MapGet(HttpPaths.Live, (RequestDelegate)(context => context.Response.WriteAsync("ok\n")));
        app.MapGet(HttpPaths.Ready, (RequestDelegate)(context =>
        {
            context.Response.StatusCode = service.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(service.IsReady ? "ok\n" : "caches are filling\n");
        }));
        await app.RunAsync();
        return service.ExecuteTask is { IsFaulted: true } ? 1 : 0;
    }
}
