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
    private readonly Process process;
    private readonly string directory;

    private PrometheusServer(WebApplication discovery, Process process, string directory, string address)
    {
        this.discovery = discovery;
        this.process = process;
        this.directory = directory;
        Address = address;
    }

    /// <summary><c>http://address:port</c>, as pods see it.</summary>
    public string Address { get; }

    public static async Task<PrometheusServer> StartAsync(IPAddress address, Kubectl kubectl, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-prometheus-").FullName;
        var configuration = Path.Combine(directory, "prometheus.yml");
        var discovery = await StartDiscoveryAsync(kubectl, cancellationToken);
        await File.WriteAllTextAsync(configuration, Configuration(discovery.Urls.First()), cancellationToken);
        var port = FreePort(address);
        var start = new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}",
            $"--storage.tsdb.path={Path.Combine(directory, "data")}",
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address={address}:{port}"),
            "--log.level=error",
        ]);
        var process = Process.Start(start) ?? throw new DemoException("prometheus could not be started; run make setup");
        var server = new PrometheusServer(discovery, process, directory, string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}"));
        await server.WaitUntilReadyAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
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
                refresh_interval: 2s
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

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
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
