using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Canario.Demo;

/// <summary>Debian's Prometheus on this machine, finding the pods through the API server as it would in a cluster.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly string directory;

    private PrometheusServer(Process process, string directory, string address)
    {
        this.process = process;
        this.directory = directory;
        Address = address;
    }

    /// <summary><c>http://address:port</c>, as pods see it.</summary>
    public string Address { get; }

    public static async Task<PrometheusServer> StartAsync(IPAddress address, string kubeconfig, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("canario-prometheus-").FullName;
        var configuration = Path.Combine(directory, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, Configuration(kubeconfig), cancellationToken);
        var port = FreePort(address);
        var start = new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}",
            $"--storage.tsdb.path={Path.Combine(directory, "data")}",
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address={address}:{port}"),
            "--log.level=error",
        ]);
        var process = Process.Start(start) ?? throw new DemoException("prometheus could not be started; run make setup");
        var server = new PrometheusServer(process, directory, string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}"));
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
        Directory.Delete(directory, recursive: true);
    }

    // Two seconds: the demo's steps last seconds, not minutes, and a gate is blind between two scrapes.
    private static string Configuration(string kubeconfig) =>
        $$"""
        global:
          scrape_interval: 2s
          scrape_timeout: 2s
        scrape_configs:
          - job_name: canario
            kubernetes_sd_configs:
              - role: pod
                kubeconfig_file: {{kubeconfig}}
            relabel_configs:
              - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
                action: keep
                regex: "true"
              - source_labels: [__meta_kubernetes_pod_phase]
                action: keep
                regex: Running
              - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
                regex: (.+);(.+)
                target_label: __address__
                replacement: $1:$2
              - source_labels: [__meta_kubernetes_namespace]
                target_label: namespace
              - source_labels: [__meta_kubernetes_pod_name]
                target_label: pod
        """;

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
