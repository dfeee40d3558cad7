using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Canario.Contract;

namespace Canario.Benchmarks.Inference;

/// <summary>A server in a process of its own, on the first core where there is a second one for the load.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>Metric of the bytes that a .NET process has allocated.</summary>
    public const string AllocatedBytes = "dotnet_gc_allocated_bytes_total";

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

    /// <summary>Of the inference server.</summary>
    public int GrpcPort { get; private init; }

    public static ServerProcess Inference(string folder, params string[] options)
    {
        int port = FreePort();
        int grpcPort = FreePort();
        return new ServerProcess(
            "Canario.InferenceServer",
            port,
            ["--model-uri", $"file://{folder}/", "--http-port", $"{port}", "--grpc-port", $"{grpcPort}", "--address", "127.0.0.1", "--drain-seconds", "0", .. options])
        {
            GrpcPort = grpcPort,
        };
    }

    public static ServerProcess Bare()
    {
        int port = FreePort();
        return new ServerProcess("Canario.Benchmarks", port, [BareServer.Command, $"{port}"]);
    }

    /// <summary>uvicorn with its fast loop and parser, one worker, in a Debian tree of its own (build/peers).</summary>
    /// <param name="app">Name of the module, of which <paramref name="folder"/> has the file.</param>
    /// <param name="folder">Has the model and the program; the server sees it as /srv.</param>
    public static ServerProcess FastApi(string tree, string app, string folder)
    {
        int port = FreePort();
        // The mounts are the process's own and go with it. Without /proc ONNX Runtime ends at once. Debian's one complains of each operator that it registers twice.
        const string Enter = """
            mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --bind "$2" "$1/srv" || exit 1
            root=$1; shift 2; exec chroot "$root" "$@" 2> /dev/null
            """;
        return new ServerProcess("/usr/bin/unshare", port,
        [
            "--mount", "/bin/sh", "-c", Enter, "sh", tree, folder,
            "/usr/bin/env", $"MODEL=/srv/{ModelFiles.Model}", "python3", "-m", "uvicorn", "--app-dir", "/srv", $"{app}:app", "--host", "127.0.0.1", "--port", $"{port}",
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
        ]);
    }

    /// <summary>fastify with onnxruntime-node.</summary>
    /// <param name="modules">node_modules (build/peers).</param>
    public static ServerProcess Node(string modules, string folder)
    {
        int port = FreePort();
        return new ServerProcess("/usr/bin/env", port, [$"NODE_PATH={modules}", "node", Path.Combine(folder, "server.js"), Path.Combine(folder, ModelFiles.Model), $"{port}"]);
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

    /// <summary>Bytes that it has left to the collector so far; of the server and of the bare endpoint.</summary>
    public Task<long> AllocatedAsync() => CountAsync(AllocatedBytes, _ => true);

    /// <summary>The sum of a metric's series.</summary>
    public async Task<long> CountAsync(string metric, Func<string, bool> isCounted)
    {
        using var client = new HttpClient();
        string metrics = await client.GetStringAsync(new Uri($"http://127.0.0.1:{Port}{HttpPaths.Metrics}"));
        return metrics.Split('\n')
            .Where(line => (line.StartsWith(metric + " ", StringComparison.Ordinal) || line.StartsWith(metric + "{", StringComparison.Ordinal)) && isCounted(line))
            .Sum(line => (long)double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
    }

    public double ResidentMegabytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }

    /// <summary>User and system time so far.</summary>
    public double CpuSeconds()
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
