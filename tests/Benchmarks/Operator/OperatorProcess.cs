using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Canario.Benchmarks.Operator;

/// <summary>The operator in a process of its own.</summary>
internal sealed class OperatorProcess : IDisposable
{
    /// <summary>Beside this program: compiled while it runs, which is enough where neither memory nor a start is measured.</summary>
    public static string AsBuilt { get; } = Path.Combine(AppContext.BaseDirectory, "Canario.Operator");

    private readonly Process _process;
    private readonly int _port = FreePort();

    public OperatorProcess(string program, string kubeconfig)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--kubeconfig", kubeconfig, "--port", $"{_port}", "--lease-namespace", "default", "--identity", "benchmark"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        // Log lines of failed reconciles would be worth reading; the last ones are kept.
        _process.OutputDataReceived += (_, line) => Remember(line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string LastLine { get; private set; } = "";

    /// <summary>The replica leads and its caches are full.</summary>
    public async Task WaitLeadingAsync()
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The operator ended with {_process.ExitCode}: {LastLine}");
            try
            {
                var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"), limit.Token);
                if (text.Contains("canario_operator_leading 1", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>User and system time so far.</summary>
    public double CpuSeconds() => ProcessTimes.CpuSeconds(_process.Id);

    /// <param name="part">VmRSS: all; RssAnon: without the pages of files, which the kernel may drop and processes share.</param>
    public double ResidentMegabytes(string part = "VmRSS")
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(part + ":", StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Remember(string? line)
    {
        if (line is { Length: > 0 })
            LastLine = line;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
