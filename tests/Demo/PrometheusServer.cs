using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Canario.LocalCluster.Control;
using Canario.LocalCluster.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.Demo;

/// <summary>
/// Debian's Prometheus on this machine; it asks the demo for the pods (<see cref="PodTargets"/>) and scrapes them by itself. The kernel ends it with this process, even
/// a killed one; its files are in a folder that <see cref="RemoveLeftoversAsync"/> finds by then, and with them a process of it that should still run.
/// </summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly WebApplication discovery;
    private readonly ApiServerProxy? proxy;
    private readonly InstanceDirectory directory;
    private readonly IPEndPoint endpoint;
    private ChildProcess? process;

    private PrometheusServer(WebApplication discovery, ApiServerProxy? proxy, InstanceDirectory directory, IPEndPoint endpoint)
    {
        this.discovery = discovery;
        this.proxy = proxy;
        this.directory = directory;
        this.endpoint = endpoint;
    }

    /// <summary>Holds a folder for each that runs, and of those that were killed.</summary>
    public static string Root { get; } = Path.Combine(Path.GetTempPath(), $"canario-demo-{Environment.UserName}");

    /// <summary><c>http://address:port</c>, as pods see it.</summary>
    public string Address => $"http://{endpoint}";

    /// <param name="address">Of this machine, as pods see it.</param>
    /// <param name="reachesPods">Whether this machine has a route to the pods; if not, they are asked through the API server.</param>
    public static async Task<PrometheusServer> StartAsync(IPAddress address, Kubectl kubectl, bool reachesPods, CancellationToken cancellationToken)
    {
        await RemoveLeftoversAsync(cancellationToken);
        var directory = InstanceDirectory.Create(Root);
        ApiServerProxy? proxy = null;
        PrometheusServer? server = null;
        try
        {
            proxy = reachesPods ? null : await ApiServerProxy.StartAsync(kubectl, directory.Path, cancellationToken);
            var discovery = await StartDiscoveryAsync(kubectl, proxy?.Authority, cancellationToken);
            server = new PrometheusServer(discovery, proxy, directory, new IPEndPoint(address, FreePort(address)));
            await server.ContinueAsync(cancellationToken);
            return server;
        }
        catch
        {
            await (server?.DisposeAsync() ?? DisposeAsync(proxy, directory));
            throw;
        }
    }

    /// <summary>Removes what killed processes left here; those that live keep theirs.</summary>
    public static Task RemoveLeftoversAsync(CancellationToken cancellationToken) => InstanceDirectory.CleanAsync(Root, cancellationToken);

    /// <summary>Starts it, again if need be, over the same data.</summary>
    public async Task ContinueAsync(CancellationToken cancellationToken)
    {
        var configuration = Path.Combine(directory.Path, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, Configuration(discovery.Urls.First()), cancellationToken);
        process = await ChildProcess.StartAsync("prometheus", Path.Combine(directory.Path, "prometheus.log"), ChildLifetime.WithParent, "prometheus",
        [
            $"--config.file={configuration}",
            $"--storage.tsdb.path={Path.Combine(directory.Path, "data")}",
            $"--web.listen-address={endpoint}",
            "--log.level=error",
        ]);
        await WaitUntilReadyAsync(process, cancellationToken);
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
            process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await discovery.DisposeAsync();
        await DisposeAsync(proxy, directory);
    }

    private static async ValueTask DisposeAsync(ApiServerProxy? proxy, InstanceDirectory directory)
    {
        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }

        directory.Dispose();
    }

    // Two seconds: the demo's steps last seconds, not minutes, and a gate is blind between two scrapes.
    private static string Configuration(string discovery) =>
        $"""
        global:
          scrape_interval: 2s
          scrape_timeout: 2s
        scrape_configs:
          - job_name: canario
            http_sd_configs:
              - url: {discovery}
                refresh_interval: 5s
        """;

    private static async Task<WebApplication> StartDiscoveryAsync(Kubectl kubectl, string? proxy, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/json";
            var pods = await kubectl.RunAsync(context.RequestAborted, "get", "pods", "--all-namespaces", "--output", "json");
            await context.Response.WriteAsync(PodTargets.Describe(pods, proxy), context.RequestAborted);
        });
        await app.StartAsync(cancellationToken);
        return app;
    }

    private async Task WaitUntilReadyAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await IsReadyAsync(client, cancellationToken))
        {
            if (process.HasExited || limit.IsCancellationRequested)
            {
                throw process.Failure(process.HasExited ? "ended while it was starting" : string.Create(CultureInfo.InvariantCulture, $"was not ready within {StartLimit.TotalSeconds:0} s"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"{Address}/-/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not listening yet, or not answering.
            return false;
        }
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
