using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Canario.Benchmarks.Inference;

/// <summary>A server in a process of its own, on the first core where there is a second one for the load.</summary>
internal sealed class ServerProcess : IDisposable
{
    // USER_HZ, which /proc counts in, is 100 on every Linux that .NET runs on.
    private const double TicksASecond = 100;

    private readonly Process _process;

    private ServerProcess(string program, int port, IReadOnlyList<string> arguments)
    {
        Port = port;
        _process = Pinned.Start(0, Path.Combine(AppContext.BaseDirectory, program), arguments);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public int Port { get; }

    public static ServerProcess Inference(string folder, params string[] options)
    {
        int port = FreePort();
        return new ServerProcess(
            "Canario.InferenceServer",
            port,
            ["--model-uri", $"file://{folder}/", "--http-port", $"{port}", "--grpc-port", "0", "--address", "127.0.0.1", "--drain-seconds", "0", .. options]);
    }

    public static ServerProcess Bare()
    {
        int port = FreePort();
        return new ServerProcess("Canario.Benchmarks", port, [BareServer.Command, $"{port}"]);
    }

    public async Task WaitReadyAsync()
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"The server ended with {_process.ExitCode}.");
            try
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri($"http://127.0.0.1:{Port}/v2/health/ready"), limit.Token);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Loads the server until its code is compiled for good: until two rounds in a row take no less CPU a request than the best before.</summary>
    public async Task WarmUpAsync(string script, int connections)
    {
        const int MostRounds = 12;
        double best = double.PositiveInfinity;
        int noBetter = 0;
        for (int round = 0; round < MostRounds && noBetter < 2; round++)
        {
            double cpu = (await LoadAsync(script, connections, 2)).Cpu;
            noBetter = cpu > best * 0.97 ? noBetter + 1 : 0;
            best = Math.Min(best, cpu);
        }
    }

    /// <summary>One round of load: what was answered, and CPU microseconds of the server for each request.</summary>
    public async Task<ServedRound> LoadAsync(string script, int connections, int seconds)
    {
        double before = CpuSeconds();
        WrkResult result = await Wrk.RunAsync(script, Port, connections, seconds);
        return new ServedRound(result, (CpuSeconds() - before) / result.Requests * 1e6);
    }

    /// <summary>User and system time so far.</summary>
    private double CpuSeconds()
    {
        string stat = File.ReadAllText($"/proc/{_process.Id}/stat");
        // The name in parentheses may hold spaces; fields 14 and 15 of the whole are 11 and 12 after it.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
