using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Transport;

/// <summary>An accepted socket: its loop tells what happens to it, and whoever answers uses it, on any thread. It is opened and closed on the loop's thread.</summary>
internal sealed class ConnectionSocket : Watched
{
    // What a client still sends when it was answered is read and dropped for so long: without that it may lose the answer to the reset that it sends into.
    private const int MaxLingerBytes = 1 << 20;
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    // An end behind bytes of which nobody has read any for so long is told.
    private static readonly TimeSpan s_unread = TimeSpan.FromSeconds(1);
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly Action _resume;
    private readonly CancellationTokenSource _closing = new();
    private long _lingerDeadline;
    private long _endDeadline;
    private int _lingered;
    private ConnectionAbortedException? _abortion;
    private int _told;
    private volatile bool _hasEnded;
    private bool _closed;

    public ConnectionSocket(Socket socket, EventLoop loop)
    {
        _socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        _resume = Resume;
        Loop = loop;
    }

    public EventLoop Loop { get; }

    /// <summary>Set before <see cref="Open"/>.</summary>
    public SocketReader Reader { get; set; } = null!;

    /// <summary>Set before <see cref="Open"/>.</summary>
    public SocketSender Sender { get; set; } = null!;

    /// <summary>The peer sends no more, is gone, or was left.</summary>
    public CancellationToken Closed => _closing.Token;

    /// <summary>The peer's end was told already, and is not told again.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Bytes that came before this are told of too.</summary>
    public void Open() => Loop.Post(() =>
    {
        if (_closed) return;
        try
        {
            Loop.Add(this, _descriptor);
        }
        catch (IOException)
        {
            // The kernel watches no more sockets.
            Dispose();
        }
    });

    public int Receive(Span<byte> room, out SocketError error)
    {
        try
        {
            return _socket.Receive(room, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    public int Send(ReadOnlySpan<byte> data, out SocketError error)
    {
        try
        {
            return _socket.Send(data, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            return 0;
        }
    }

    public Exception FailureOf(SocketError error) =>
        _abortion as Exception ?? new ConnectionResetException("the peer is gone: " + error, new SocketException((int)error));

    /// <summary>Whoever waits looks again, soon. From any thread.</summary>
    public void Wake() => Loop.Post(_resume);

    /// <summary>Ends it with a reset, so that what was sent cannot look complete. From any thread.</summary>
    public void Abort(ConnectionAbortedException reason)
    {
        if (Interlocked.CompareExchange(ref _abortion, reason, null) is null) Loop.Post(Break);
    }

    /// <summary>Nothing more comes or goes; what was sent still arrives. From any thread.</summary>
    public void Shutdown() => Shutdown(SocketShutdown.Both);

    /// <summary>What was sent still arrives. From any thread.</summary>
    public void Close()
    {
        if (EventLoop.Current == Loop) Linger();
        else Loop.Post(Linger);
    }

    public override void Dispose()
    {
        if (_closed) return;
        _closed = true;
        Loop.Remove(this, _descriptor);
        _socket.Dispose();
        Reader.Tell();
        Sender.Tell();
        TellClosed();
    }

    public override void Resume()
    {
        Reader.Resume();
        Sender.Resume();
        TellEnd();
    }

    /// <summary>Once; on the thread pool, since whoever is told may do anything.</summary>
    public void TellClosed()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.Loop.Guard(socket._closing, static closing => closing.Cancel()), this, preferLocal: false);
    }

    protected internal override bool IsPast(long now) => (_lingerDeadline != 0 && now >= _lingerDeadline) || (_endDeadline != 0 && now >= _endDeadline);

    protected internal override void Expire()
    {
        _endDeadline = 0;
        if (_lingerDeadline != 0) Dispose();
        else TellClosed();
    }

    protected internal override void Handle(uint events)
    {
        const uint Ended = PollEvents.PeerHangUp | PollEvents.Error | PollEvents.HangUp;
        if (_lingerDeadline != 0)
        {
            Drop();
            return;
        }

        if ((events & Ended) != 0)
        {
            _hasEnded = true;
            // Before it is told: whoever receives has forgotten that first, and looks for the end afterwards.
            Interlocked.MemoryBarrier();
        }

        if ((events & (PollEvents.Out | PollEvents.Error | PollEvents.HangUp)) != 0) Sender.Tell();
        if ((events & (PollEvents.In | Ended)) != 0) Reader.Tell();
        // After what came before the end: a request that is answered at once still is.
        if ((events & (PollEvents.Error | PollEvents.HangUp)) != 0) TellClosed();
        else TellEnd();
    }

    // Not while something is unread: whoever reads it asks for another look. Perhaps nobody does, as long as a request is answered; what came behind it may be the farewell of TLS.
    private void TellEnd()
    {
        if (!_hasEnded || _told != 0) return;
        if (!HasUnread()) TellClosed();
        else _endDeadline = Loop.After(s_unread);
    }

    private bool HasUnread()
    {
        try
        {
            return _socket.Available > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private void Break()
    {
        try
        {
            if (!_closed) _socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // It is gone.
        }

        Dispose();
    }

    private void Linger()
    {
        if (_closed) return;
        if (_abortion is not null)
        {
            Break();
            return;
        }

        if (!Sender.HasSent)
        {
            // Refused, or it never asked.
            Dispose();
            return;
        }

        Shutdown(SocketShutdown.Send);
        TellClosed();
        _endDeadline = 0;
        _lingerDeadline = Loop.After(s_linger);
        Drop();
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone.
        }
    }

    private void Drop()
    {
        byte[] dropped = Loop.RentBuffer();
        int count = 0;
        SocketError error = SocketError.Success;
        while (_lingered < MaxLingerBytes && (count = Receive(dropped, out error)) > 0) _lingered += count;
        Loop.ReturnBuffer(dropped);
        if (error != SocketError.WouldBlock) Dispose();
    }
}
