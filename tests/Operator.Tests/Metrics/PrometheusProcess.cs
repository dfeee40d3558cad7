using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Canario.Operator.Tests.Metrics;

/// <summary>A real Prometheus that scrapes one endpoint on loopback. It may be killed and started again on its address and data.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly string _directory;
    private readonly HttpClient _http;
    private Process? _process;

    private PrometheusProcess(string directory, Uri address, HttpClient http)
    {
        _directory = directory;
        _http = http;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<PrometheusProcess> StartAsync(Uri scraped, HttpClient http)
    {
        var directory = Directory.CreateTempSubdirectory("canario-prometheus-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "prometheus.yml"), $"""
            global: {"{"} scrape_interval: 200ms, scrape_timeout: 200ms {"}"}
            scrape_configs:
            - job_name: tests
              static_configs: [{"{"} targets: ["{scraped.Authority}"] {"}"}]
            """);
        var prometheus = new PrometheusProcess(directory, new Uri($"http://127.0.0.1:{FreePort()}"), http);
        await prometheus.StartAsync();
        return prometheus;
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            "prometheus",
            [$"--config.file={_directory}/prometheus.yml", $"--storage.tsdb.path={_directory}/data", $"--web.listen-address={Address.Authority}", "--log.level=error"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync(IsReadyAsync, "Prometheus is ready");
    }

    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(Address, "/-/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
