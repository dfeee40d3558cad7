using System.Net;
using System.Net.Sockets;

namespace Canario.Router.Forwarding;

/// <summary>HTTP/1.1 connections to one endpoint. The one used last is used first: the others age and are closed.</summary>
internal sealed class UpstreamPool(IPEndPoint address, UpstreamOptions options, Sweeper sweeper, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<UpstreamConnection> _busy = [];
    private UpstreamConnection[] _idle = new UpstreamConnection[8];
    private int _idleCount;
    private bool _closed;

    /// <summary>Closed and with nothing under way: the sweeper may forget it.</summary>
    public bool IsFinished
    {
        get { lock (_gate) return _closed && _busy.Count == 0; }
    }

    public int IdleCount
    {
        get { lock (_gate) return _idleCount; }
    }

    /// <returns>null: none is idle; connect.</returns>
    public UpstreamConnection? Rent()
    {
        while (true)
        {
            UpstreamConnection connection;
            lock (_gate)
            {
                if (_idleCount == 0) return null;
                connection = _idle[--_idleCount];
                _idle[_idleCount] = null!;
                _busy.Add(connection);
            }
            if (connection.IsStillOpen) return connection;
            Discard(connection);
        }
    }

    /// <exception cref="SocketException">The endpoint cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    public async ValueTask<UpstreamConnection> ConnectAsync()
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
            await socket.ConnectAsync(address, limit.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        var connection = new UpstreamConnection(socket);
        lock (_gate) _busy.Add(connection);
        // Not before, so that pods which nobody calls cost no sweeping; and each time, because a pool that is closed already was forgotten.
        sweeper.Add(this);
        return connection;
    }

    public void Return(UpstreamConnection connection)
    {
        if (!connection.Park(time.GetTimestamp()))
        {
            Discard(connection);
            return;
        }
        lock (_gate)
        {
            _busy.Remove(connection);
            if (!_closed && _idleCount < options.MaxIdle)
            {
                if (_idleCount == _idle.Length) Array.Resize(ref _idle, _idle.Length * 2);
                _idle[_idleCount++] = connection;
                return;
            }
        }
        connection.Dispose();
    }

    public void Discard(UpstreamConnection connection)
    {
        lock (_gate) _busy.Remove(connection);
        connection.Dispose();
    }

    /// <summary>The endpoint is gone: idle connections close, busy ones when their exchange is over.</summary>
    public void Close()
    {
        UpstreamConnection[] idle;
        lock (_gate)
        {
            _closed = true;
            idle = _idle[.._idleCount];
            _idleCount = 0;
        }
        foreach (var connection in idle) connection.Dispose();
    }

    /// <summary>Aborts what is past its deadline and closes what idled too long or was closed by the server.</summary>
    public void Sweep()
    {
        long now = time.GetTimestamp();
        List<UpstreamConnection>? dead = null, late = null;
        lock (_gate)
        {
            foreach (var connection in _busy)
            {
                if (connection.IsPast(now)) (late ??= []).Add(connection);
            }
            int kept = 0;
            for (int i = 0; i < _idleCount; i++)
            {
                var connection = _idle[i];
                if (connection.IsStillOpen && time.GetElapsedTime(connection.IdleSince, now) < connection.IdleLimit(options.IdleTimeout)) _idle[kept++] = connection;
                else (dead ??= []).Add(connection);
            }
            Array.Clear(_idle, kept, _idleCount - kept);
            _idleCount = kept;
        }
        // Outside the lock: what waits for the connection may go on right here.
        foreach (var connection in late ?? []) connection.TimeOut(now);
        foreach (var connection in dead ?? []) connection.Dispose();
    }
}
