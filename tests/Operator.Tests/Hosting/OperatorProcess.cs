using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Canario.Operator.Tests.Hosting;

/// <summary>The operator as it is built, in a process of its own.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;
    private readonly int _port;

    private OperatorProcess(Process process, int port)
    {
        _process = process;
        _port = port;
        process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _lines);

    public static async Task<OperatorProcess> StartAsync(string kubeconfig, string ns)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Canario.Operator"),
            ["--kubeconfig", kubeconfig, "--port", $"{port}", "--watch-namespace", ns, "--lease-namespace", ns, "--identity", "process"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var running = new OperatorProcess(Process.Start(start)!, port);
        await Eventually.TrueAsync(async () => await running.StatusAsync("/healthz") == HttpStatusCode.OK, "/healthz answers", seen: () => running.Output);
        return running;
    }

    /// <summary>Null: nobody listens.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{_port}{path}"));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public Task<string> ReadAsync(string path) => _http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}{path}"));

    /// <summary>SIGTERM, as a kubelet sends it; answers the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan within)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
