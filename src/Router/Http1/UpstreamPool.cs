using System.Net;
using System.Net.Sockets;
using Canario.Loops;
using Canario.Router.Forwarding;

namespace Canario.Router.Http1;

/// <summary>HTTP/1.1 connections of one loop to one endpoint. The one used last is used first: the others age and are closed. Used on the loop's thread only.</summary>
internal sealed class UpstreamPool(IPEndPoint address, EventLoop loop, UpstreamOptions options)
{
    private readonly List<UpstreamConnection> _idle = [];
    private bool _closed;

    /// <returns>null: none is idle; connect.</returns>
    public UpstreamConnection? Rent()
    {
        if (_idle.Count == 0) return null;
        var connection = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        connection.Take();
        return connection;
    }

    /// <returns>null: it cannot be reached; by a fault of the router's own or of the endpoint's.</returns>
    public async ValueTask<(UpstreamConnection? Connection, bool IsOwnFault)> ConnectAsync()
    {
        LoopSocket looped;
        try
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
            looped = new LoopSocket(loop, socket);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Out of descriptors.
            return (null, true);
        }
        int error = await looped.ConnectAsync(address, loop.After(options.ConnectTimeout));
        if (error == 0) return (new UpstreamConnection(this, loop, looped), false);
        looped.Dispose();
        // Out of ports or memory: the next endpoint would fare no better, and this one is not to blame.
        return (null, error is Libc.AddressNotAvailable or Libc.NoBufferSpace);
    }

    public void Return(UpstreamConnection connection)
    {
        var kept = connection.Head.KeepAliveSeconds is > 0 and var s && TimeSpan.FromSeconds(s - 1) < options.IdleTimeout ? TimeSpan.FromSeconds(s - 1) : options.IdleTimeout;
        if (!_closed && _idle.Count < options.MaxIdle && connection.Park(loop.After(kept))) _idle.Add(connection);
        else Discard(connection);
    }

    public static void Discard(UpstreamConnection connection)
    {
        connection.Socket.Dispose();
        connection.Input.Release();
    }

    /// <summary>An idle one that is no use any more.</summary>
    public void Forget(UpstreamConnection connection)
    {
        _idle.Remove(connection);
        Discard(connection);
    }

    /// <summary>The endpoint is gone: idle connections close now, busy ones when their exchange is over.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var connection in _idle) Discard(connection);
        _idle.Clear();
    }
}
