using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Canario.Demo;

/// <summary>Debian's Prometheus on this machine; it asks the demo for the pods (<see cref="PodTargets"/>) and scrapes them by itself.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly WebApplication discovery;
    private readonly string directory;
    private readonly IPEndPoint endpoint;
    private Process? process;

    private PrometheusServer(WebApplication discovery, string directory, IPEndPoint endpoint)
    {
        this.discovery = discovery;
        this.directory = directory;
        this.endpoint = endpoint;
    }

    /// <summary><c>http://address:port</c>, as pods see it.</summary>
    public string Address => $"http://{endpoint}";

    public static async Task<PrometheusServer> StartAsync(IPAddress address, Kubectl kubectl, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-prometheus-").FullName;
        var server = new PrometheusServer(await StartDiscoveryAsync(kubectl, cancellationToken), directory, new IPEndPoint(address, FreePort(address)));
        try
        {
            await server.ContinueAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again if need be, over the same data.</summary>
    public async Task ContinueAsync(CancellationToken cancellationToken)
    {
        var configuration = Path.Combine(directory, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, Configuration(discovery.Urls.First()), cancellationToken);
        process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}",
            $"--storage.tsdb.path={Path.Combine(directory, "data")}",
            $"--web.listen-address={endpoint}",
            "--log.level=error",
        ])) ?? throw new DemoException("prometheus could not be started; run make setup");
        await WaitUntilReadyAsync(process, cancellationToken);
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (process is null)
        {
            return;
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await discovery.DisposeAsync();
        Directory.Delete(directory, recursive: true);
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

    private static async Task<WebApplication> StartDiscoveryAsync(Kubectl kubectl, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/json";
            var pods = await kubectl.RunAsync(context.RequestAborted, "get", "pods", "--all-namespaces", "--output", "json");
            await context.Response.WriteAsync(PodTargets.Describe(pods), context.RequestAborted);
        });
        await app.StartAsync(cancellationToken);
        return app;
    }

    private async Task WaitUntilReadyAsync(Process process, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (true)
        {
            if (process.HasExited)
            {
                throw new DemoException(string.Create(CultureInfo.InvariantCulture, $"prometheus exited with {process.ExitCode}"));
            }

            try
            {
                using var response = await client.GetAsync(new Uri($"{Address}/-/ready"), limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
