using System.Net;
using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Admin;

/// <summary>Health, metrics and the configuration in force.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    public AdminServer(RouterOptions options, MetricRegistry registry, RouterState state, Func<bool> isReady)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.Address.Equals(IPAddress.IPv6Any)) kestrel.ListenAnyIP(options.AdminPort);
            else kestrel.Listen(options.Address, options.AdminPort);
        });
        // Signals are the router's to handle: its own drain comes first.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        _app.MapMetrics(registry);
        _app.MapGet(HttpPaths.Live, static context => context.Response.WriteAsync("ok\n"));
        _app.MapGet(HttpPaths.Ready, context =>
        {
            bool ready = isReady();
            context.Response.StatusCode = ready ? 200 : 503;
            return context.Response.WriteAsync(ready ? "ok\n" : "not ready: draining, or the configuration is not read yet\n");
        });
        _app.MapGet(HttpPaths.RouterConfig, context =>
        {
            context.Response.ContentType = "application/json";
            var acknowledgement = new RouterAcknowledgement(state.Versions);
            return System.Text.Json.JsonSerializer.SerializeAsync(
                context.Response.Body, acknowledgement, ContractJson.Default.RouterAcknowledgement, context.RequestAborted);
        });
    }

    public int Port => _app.Urls.Select(u => new Uri(u).Port).First();

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
