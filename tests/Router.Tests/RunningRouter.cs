using System.Net;
using System.Net.Sockets;
using Canario.Contract;
using Canario.Router.Forwarding;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Router.Tests;

/// <summary>A router on loopback with one model, whose stable and candidate are the services of the same names.</summary>
internal sealed class RunningRouter : IAsyncDisposable
{
    private static int s_lastPort = Random.Shared.Next(4_000) * 2;
    private int _version;

    private RunningRouter(RouterHost host, ManualSource source, int port)
    {
        Host = host;
        Source = source;
        Port = port;
        Admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{host.AdminPort}") };
    }

    public RouterHost Host { get; }

    public ManualSource Source { get; }

    public int Port { get; }

    public HttpClient Admin { get; }

    public static Task<RunningRouter> StartAsync(params int[] stablePorts) => StartAsync(static o => o, stablePorts);

    public static async Task<RunningRouter> StartAsync(Func<RouterOptions, RouterOptions> change, params int[] stablePorts)
    {
        var source = new ManualSource();
        var options = new RouterOptions
        {
            Address = IPAddress.Loopback,
            AdminPort = 0,
            Drain = TimeSpan.FromMilliseconds(300),
            Closing = TimeSpan.FromMilliseconds(300),
            Finish = TimeSpan.FromSeconds(10),
            Upstream = new UpstreamOptions { ConnectTimeout = TimeSpan.FromSeconds(1) },
        };
        var host = new RouterHost(change(options), source, NullLoggerFactory.Instance, TimeProvider.System);
        await host.StartAsync(CancellationToken.None);
        var router = new RunningRouter(host, source, FreePortPair());
        await source.SetEndpointsAsync("stable", stablePorts);
        await router.SplitAsync(100);
        return router;
    }

    public async Task<string> SplitAsync(int stable, Func<RouterConfiguration, RouterConfiguration>? change = null)
    {
        var configuration = new RouterConfiguration
        {
            Version = "v" + ++_version,
            Namespace = "ns",
            Model = "m",
            Port = Port,
            Backends = [Backend("stable", stable), Backend("candidate", 100 - stable)],
            TimeoutMilliseconds = 5_000,
        };
        await Source.SetAsync(change?.Invoke(configuration) ?? configuration);
        return configuration.Version;
    }

    public static RouterBackend Backend(string name, int weight) => new() { Revision = "m-" + name, Service = name, Weight = weight };

    public async Task<RawConnection> ConnectAsync(int? port = null) => await RawConnection.OpenAsync(port ?? Port);

    public async Task<bool> AcceptsAsync()
    {
        try
        {
            await using var connection = await ConnectAsync();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<long> CountAsync(string revision, int code)
    {
        string text = await Admin.GetStringAsync("/metrics");
        string series = $"canario_router_requests_total{{model_namespace=\"ns\",model=\"m\",revision=\"{revision}\",code=\"{code}\"}} ";
        return text.Split('\n').Where(l => l.StartsWith(series, StringComparison.Ordinal)).Select(l => long.Parse(l[series.Length..])).DefaultIfEmpty(-1).Single();
    }

    /// <summary>A request is counted after its last byte is out, so its client may ask too early.</summary>
    public async Task AssertCountAsync(long expected, string revision, int code)
    {
        await Wait.ForAsync(async () => await CountAsync(revision, code) >= expected, $"{expected} requests of {revision} answered {code}");
        Assert.Equal(expected, await CountAsync(revision, code));
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>No pair is given twice, so that tests that run beside each other never meet.</summary>
    public static int FreePortPair()
    {
        for (int i = 0; i < 1_000; i++)
        {
            int port = 21_000 + Interlocked.Add(ref s_lastPort, 2) % 8_000;
            try
            {
                using var first = new TcpListener(IPAddress.Loopback, port);
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                first.Start();
                second.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
        throw new InvalidOperationException("no two free ports in 1,000 tries");
    }
}
