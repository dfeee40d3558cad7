using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Canario.Operator.Tests.Metrics;

/// <summary>A real Prometheus that scrapes one endpoint on loopback.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private PrometheusProcess(string directory, Process process, Uri address)
    {
        _directory = directory;
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<PrometheusProcess> StartAsync(Uri scraped, HttpClient http)
    {
        var directory = Directory.CreateTempSubdirectory("canario-prometheus-").FullName;
        var config = Path.Combine(directory, "prometheus.yml");
        await File.WriteAllTextAsync(config, $"""
            global: {"{"} scrape_interval: 200ms, scrape_timeout: 200ms {"}"}
            scrape_configs:
            - job_name: tests
              static_configs: [{"{"} targets: ["{scraped.Authority}"] {"}"}]
            """);
        var port = FreePort();
        var start = new ProcessStartInfo(
            "prometheus",
            [$"--config.file={config}", $"--storage.tsdb.path={directory}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var prometheus = new PrometheusProcess(directory, Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        prometheus._process.ErrorDataReceived += static (_, _) => { };
        prometheus._process.BeginErrorReadLine();
        prometheus._process.BeginOutputReadLine();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var response = await http.GetAsync(new Uri(prometheus.Address, "/-/ready"));
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "Prometheus is ready");
        return prometheus;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
