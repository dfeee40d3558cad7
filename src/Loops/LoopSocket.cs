using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Canario.Loops;

/// <summary>
/// A connected socket of one <see cref="EventLoop"/>: one receive and one send at a time, each with its deadline. A peer that leaves is no exception here but a result,
/// since peers leave all the time. Used on the loop's thread only.
/// </summary>
public sealed class LoopSocket : Watched
{
    // Of one peer in a row without going back to the loop: one whose bytes are always there already would have the loop to itself for ever.
    private const int MaxSynchronous = 64;
    private readonly EventLoop _loop;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly Completion<int> _receiving = new();
    private readonly Completion<bool> _sending = new();
    private ReceiveBuffer? _into;
    private ReadOnlyMemory<byte> _unsent;
    private long _sendDeadline;
    private int _synchronous;
    private bool _readable;
    private bool _connecting;
    private bool _cancelReceive;
    private bool _closed;

    /// <param name="loop">On its thread.</param>
    /// <param name="socket">Connected, or about to be by <see cref="ConnectAsync"/>. Not blocking; owned from now on.</param>
    public LoopSocket(EventLoop loop, Socket socket)
    {
        _loop = loop;
        _socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        try
        {
            loop.Add(this, _descriptor);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Null: nobody is told.</summary>
    public ISocketWatcher? Watcher { get; set; }

    /// <summary>A deadline was met: whatever waited was told that nothing comes.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>The peer sends no more, or is gone altogether.</summary>
    public bool HasHungUp { get; private set; }

    /// <summary>It ended otherwise than by the peer's saying so.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Of the receive under way, or of nobody's receiving. 0: none.</summary>
    public long ReceiveDeadline { get; set; }

    /// <param name="buffer">Has room.</param>
    /// <param name="deadline">Timestamp.</param>
    /// <returns>The count, which is in the buffer; 0: no more comes, since the peer ended, broke, was too slow, or <see cref="CancelReceive"/> was called.</returns>
    public ValueTask<int> ReceiveAsync(ReceiveBuffer buffer, long deadline)
    {
        if (_closed) return new ValueTask<int>(0);
        bool turn = ++_synchronous < MaxSynchronous;
        if (_readable && turn && TryReceive(buffer, out int count)) return new ValueTask<int>(count);
        _into = buffer;
        ReceiveDeadline = deadline;
        var receiving = _receiving.Begin();
        if (_readable) _loop.Defer(this);
        return receiving;
    }

    /// <summary>Ends a receive that is under way; the socket goes on.</summary>
    public void CancelReceive()
    {
        if (!_receiving.IsPending) return;
        _cancelReceive = true;
        _loop.Defer(this);
    }

    /// <param name="data">Not changed until then.</param>
    /// <param name="deadline">Timestamp.</param>
    /// <returns>False: not all was sent, and nothing more can be.</returns>
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, long deadline)
    {
        if (_closed) return new ValueTask<bool>(false);
        if (TrySend(ref data, out bool sent)) return new ValueTask<bool>(sent);
        _unsent = data;
        _sendDeadline = deadline;
        return _sending.Begin();
    }

    /// <param name="address">Of the peer.</param>
    /// <param name="deadline">Timestamp.</param>
    /// <returns>0: connected; else why not, as the system's error number.</returns>
    public async ValueTask<int> ConnectAsync(IPEndPoint address, long deadline)
    {
        var raw = address.Serialize();
        if (Libc.Connect(_socket.SafeHandle, ref raw.Buffer.Span[0], raw.Size) == 0) return 0;
        int error = Marshal.GetLastPInvokeError();
        if (error != Libc.InProgress) return error;
        _connecting = true;
        _sendDeadline = deadline;
        return await _sending.Begin() ? 0 : (int)SocketError.TimedOut;
    }

    /// <summary>Nothing waits to be received, neither bytes nor an end. Asked before a connection is put aside.</summary>
    public bool IsQuiet(ReceiveBuffer scratch) => !_closed && !HasHungUp && (!_readable || !TryReceive(scratch, out _));

    /// <summary>Tells the peer that no more comes; what it still sends can be received.</summary>
    public void ShutdownSend()
    {
        try
        {
            if (!_closed) _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is gone.
        }
    }

    /// <summary>Ends with a reset, so that what was sent cannot look complete.</summary>
    public void Break()
    {
        if (!_closed) _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    /// <summary>Who waits is told so when the present event is dealt with.</summary>
    public override void Dispose()
    {
        if (_closed) return;
        _closed = IsBroken = true;
        _loop.Remove(this, _descriptor);
        _socket.Dispose();
        if (_receiving.IsPending || _sending.IsPending) _loop.Defer(this);
    }

    protected internal override bool IsPast(long now) => (ReceiveDeadline != 0 && now >= ReceiveDeadline) || (_sendDeadline != 0 && now >= _sendDeadline);

    protected internal override void Expire()
    {
        TimedOut = IsBroken = true;
        ReceiveDeadline = _sendDeadline = 0;
        bool waited = _receiving.IsPending;
        if (_sending.IsPending) EndSend(false);
        if (waited && _receiving.IsPending) EndReceive(0);
        if (!waited && !_closed) Watcher?.Disturbed();
    }

    protected internal override void Handle(uint events)
    {
        if ((events & (PollEvents.Out | PollEvents.Error | PollEvents.HangUp)) != 0 && _sending.IsPending) ContinueSend();
        if (_closed || (events & (PollEvents.In | PollEvents.PeerHangUp | PollEvents.Error | PollEvents.HangUp)) == 0) return;
        _readable = true;
        _synchronous = 0;
        if ((events & (PollEvents.PeerHangUp | PollEvents.Error | PollEvents.HangUp)) != 0) HasHungUp = true;
        bool waited = _receiving.IsPending;
        if (waited) ContinueReceive();
        if (!_closed && (HasHungUp || !waited)) Watcher?.Disturbed();
    }

    public override void Resume()
    {
        _synchronous = 0;
        if (_closed && _sending.IsPending) EndSend(false);
        if (!_receiving.IsPending) return;
        if (_closed || _cancelReceive) EndReceive(0);
        else ContinueReceive();
    }

    private void ContinueReceive()
    {
        if (TryReceive(_into!, out int count)) EndReceive(count);
    }

    private void ContinueSend()
    {
        if (_connecting)
        {
            _connecting = false;
            EndSend((int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0);
            return;
        }
        if (TrySend(ref _unsent, out bool sent)) EndSend(sent);
    }

    private void EndReceive(int count)
    {
        ReceiveDeadline = 0;
        _cancelReceive = false;
        _into = null;
        _receiving.Set(count);
    }

    private void EndSend(bool sent)
    {
        _sendDeadline = 0;
        _unsent = default;
        _sending.Set(sent);
    }

    // False: nothing is there.
    private bool TryReceive(ReceiveBuffer buffer, out int count)
    {
        var free = buffer.Free();
        count = _socket.Receive(free, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            _readable = false;
            buffer.Received(0);
            return false;
        }
        if (error != SocketError.Success)
        {
            count = 0;
            IsBroken = true;
        }
        if (count == 0) HasHungUp = true;
        // Less than there was room for: that was all, and the next bytes are told anew. An end that was told already is not told twice.
        if (count < free.Length && !HasHungUp) _readable = false;
        buffer.Received(count);
        return true;
    }

    // False: the kernel takes no more for now.
    private bool TrySend(ref ReadOnlyMemory<byte> data, out bool sent)
    {
        sent = false;
        while (!data.IsEmpty)
        {
            int count = _socket.Send(data.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return false;
            if (error != SocketError.Success) return true;
            data = data[count..];
        }
        sent = true;
        return true;
    }
}
