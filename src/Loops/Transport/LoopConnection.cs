using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Canario.Loops.Transport;

/// <summary>A connection as Kestrel wants one.</summary>
internal sealed class LoopConnection : DefaultConnectionContext, IDuplexPipe, IMemoryPoolFeature
{
    private static long s_serial;
    private readonly ConnectionSocket _socket;
    private readonly SharedOutput? _shared;

    /// <param name="accepted">Not blocking; owned from now on.</param>
    /// <param name="loop">Watches it.</param>
    /// <param name="pool">Of its blocks.</param>
    /// <param name="shared">See <see cref="SharedEndPoint"/>.</param>
    /// <exception cref="SocketException">It is gone already.</exception>
    public LoopConnection(Socket accepted, EventLoop loop, MemoryPool<byte> pool, bool shared)
        : base("L" + Interlocked.Increment(ref s_serial))
    {
        LocalEndPoint = accepted.LocalEndPoint;
        RemoteEndPoint = accepted.RemoteEndPoint;
        _socket = new ConnectionSocket(accepted, loop);
        var sender = new SocketSender(_socket, leavesLoop: shared);
        _socket.Sender = sender;
        _socket.Reader = new SocketReader(_socket, pool);
        if (shared) _shared = new SharedOutput(sender, pool);
        MemoryPool = pool;
        Input = _socket.Reader;
        Output = _shared?.Writer ?? new SocketWriter(sender, pool);
        Transport = this;
        ConnectionClosed = _socket.Closed;
        Features.Set<IMemoryPoolFeature>(this);
        _socket.Open();
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public MemoryPool<byte> MemoryPool { get; }

    /// <param name="abortReason">Null, from Kestrel: the peer is gone, and what was sent may still arrive.</param>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        if (abortReason is null) _socket.Shutdown();
        else _socket.Abort(abortReason);
    }

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
        if (_shared is not null) await _shared.CompleteAsync();
        _socket.Close();
        await base.DisposeAsync();
    }
}
