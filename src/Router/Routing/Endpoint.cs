using System.Net;
using System.Net.Sockets;
using System.Text;
using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Http1;

namespace Canario.Router.Routing;

/// <summary>One port of one pod: its load, its connections, and whether it can be reached.</summary>
internal sealed class Endpoint : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(10);
    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _removed = new();
    private readonly (EventLoop Loop, UpstreamPool Pool)[] _pools;
    private int _outstanding;
    private int _ejected;

    public Endpoint(IPEndPoint address, UpstreamOptions options, EventLoops loops, TimeProvider time)
    {
        Address = address;
        _options = options;
        _time = time;
        HostAndPort = address.ToString();
        HostAndPortBytes = Encoding.ASCII.GetBytes(HostAndPort);
        _pools = [.. loops.All.Select(loop => (loop, new UpstreamPool(address, loop, options)))];
    }

    public IPEndPoint Address { get; }

    public string HostAndPort { get; }

    public byte[] HostAndPortBytes { get; }

    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>It refused the last connection; it is asked again in the background, so that no user waits for it.</summary>
    public bool IsEjected => Volatile.Read(ref _ejected) != 0;

    public UpstreamPool PoolOf(EventLoop loop) => _pools[loop.Index].Pool;

    public void Begin() => Interlocked.Increment(ref _outstanding);

    public void End() => Interlocked.Decrement(ref _outstanding);

    public void Eject()
    {
        if (Interlocked.Exchange(ref _ejected, 1) == 0) _ = ProbeAsync();
    }

    public void Readmit() => Volatile.Write(ref _ejected, 0);

    /// <summary>No new request comes here; those under way finish.</summary>
    public void Dispose()
    {
        _removed.Cancel();
        foreach (var (loop, pool) in _pools) loop.Post(pool.Close);
    }

    private async Task ProbeAsync()
    {
        var wait = FirstRetry;
        while (!_removed.IsCancellationRequested)
        {
            // Jitter, so that the routers of a namespace do not knock together.
            await Task.Delay(wait * (0.75 + Random.Shared.NextDouble() / 2), _time, _removed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_removed.IsCancellationRequested || !IsEjected) return;
            if (await CanConnectAsync())
            {
                Readmit();
                return;
            }
            wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
        }
    }

    private async Task<bool> CanConnectAsync()
    {
        using var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        try
        {
            await socket.ConnectAsync(Address, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
