using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Canario.Benchmarks.Inference;
using Canario.Contract;

namespace Canario.Benchmarks.Router;

/// <summary>A proxy in a process of its own, on the core of the load.</summary>
internal sealed class ProxyProcess : IDisposable
{
    public const string HaProxyName = "haproxy";
    public const string RouterName = "router";
    // USER_HZ, which /proc counts in, is 100 on every Linux that .NET runs on.
    private const double TicksASecond = 100;
    private const int Core = 1;
    private readonly Process _process;
    private readonly Uri _probe;

    private ProxyProcess(string name, int port, Uri probe, string program, IReadOnlyList<string> arguments)
    {
        Name = name;
        Port = port;
        _probe = probe;
        _process = Pinned.Start(Core, program, arguments);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>The router's; a peer has none.</summary>
    public Uri Admin => new(_probe, "/");

    public static ProxyProcess Nginx(string folder, int backend)
    {
        int port = FreePort();
        string prefix = Directory.CreateDirectory(Path.Combine(folder, "nginx")).FullName;
        string path = Path.Combine(prefix, "nginx.conf");
        File.WriteAllText(path, PeerConfigurations.Nginx(prefix, port, backend));
        return new ProxyProcess("nginx", port, Loopback(port, "/"), "/usr/sbin/nginx", ["-p", prefix, "-c", path, "-e", "stderr"]);
    }

    public static ProxyProcess HaProxy(string folder, int backend)
    {
        int port = FreePort();
        string path = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(path, PeerConfigurations.HaProxy(port, backend));
        return new ProxyProcess(HaProxyName, port, Loopback(port, "/"), "/usr/sbin/haproxy", ["-db", "-q", "-f", path]);
    }

    /// <summary>Configured by files in a folder of its own, see <see cref="RouterFiles"/>.</summary>
    public static ProxyProcess Router(string folder, int stable, int candidate, int stableWeight)
    {
        int port = FreePort() & ~1, admin = FreePort();
        string directory = Directory.CreateDirectory(Path.Combine(folder, $"router-{port}")).FullName;
        var files = new RouterFiles(directory, port);
        files.WriteEndpoints(stable, candidate);
        files.WriteSplit(stableWeight);
        return new ProxyProcess(
            RouterName, port, Loopback(admin, HttpPaths.Ready), RouterProgram, ["--config-directory", directory, "--listen-address", "127.0.0.1", "--admin-port", $"{admin}"])
        { Files = files };
    }

    /// <summary>Configured by the cluster that KUBECONFIG names.</summary>
    public static ProxyProcess RouterOfCluster(int port)
    {
        int admin = FreePort();
        return new ProxyProcess(RouterName, port, Loopback(admin, HttpPaths.Ready), RouterProgram, ["--listen-address", "127.0.0.1", "--admin-port", $"{admin}"]);
    }

    /// <summary>The same on another address, such as a pod's, with the ports that pods have.</summary>
    public static ProxyProcess RouterAt(string address, int admin) =>
        new(RouterName, 0, new Uri($"http://{address}:{admin}{HttpPaths.Ready}"), RouterProgram, ["--listen-address", address, "--admin-port", $"{admin}"]);

    public RouterFiles? Files { get; private init; }

    public async Task WaitReadyAsync()
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{Name} ended with {_process.ExitCode}.");
            try
            {
                using HttpResponseMessage response = await client.GetAsync(_probe, limit.Token);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>User and system time so far, the workers' included.</summary>
    public double CpuSeconds()
    {
        var all = ProcessTable();
        double sum = 0;
        foreach (var (id, (_, cpu)) in all)
        {
            // The process itself, or a descendant of it.
            for (int at = id; all.TryGetValue(at, out var entry); at = entry.Parent)
            {
                if (at != _process.Id) continue;
                sum += cpu;
                break;
            }
        }

        return sum;
    }

    public double ResidentMegabytes() =>
        long.Parse(File.ReadAllText($"/proc/{_process.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize / 1e6;

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string RouterProgram => Path.Combine(AppContext.BaseDirectory, "Canario.Router");

    private static Uri Loopback(int port, string path) => new($"http://127.0.0.1:{port}{path}");

    private static Dictionary<int, (int Parent, double Cpu)> ProcessTable()
    {
        var all = new Dictionary<int, (int Parent, double Cpu)>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int id)) continue;
            try
            {
                string stat = File.ReadAllText(directory + "/stat");
                // The name in parentheses may hold spaces; fields 4, 14 and 15 of the whole are 1, 11 and 12 after it.
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all.Add(id, (int.Parse(fields[1], CultureInfo.InvariantCulture), (Ticks(fields[11]) + Ticks(fields[12])) / TicksASecond));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return all;
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
