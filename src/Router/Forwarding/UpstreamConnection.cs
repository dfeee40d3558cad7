using System.Net.Sockets;

namespace Canario.Router.Forwarding;

/// <summary>A connection to a model's server, used by one exchange at a time.</summary>
internal sealed class UpstreamConnection(Socket socket) : IDisposable
{
    public const int MaxHeadBytes = 64 * 1024;
    private const int InitialBytes = 16 * 1024;
    // A deadline that was met: nothing may set another, or a connection about to be aborted would serve the next request.
    private const long Expired = -1;
    private byte[] _in = GC.AllocateUninitializedArray<byte>(InitialBytes, pinned: true);
    private int _start;
    private int _end;
    private ValueTask<int> _early;
    private bool _hasEarly;
    private long _deadline;

    /// <summary>It has carried an exchange before: the server may be closing it just now.</summary>
    public bool Reused { get; private set; }

    public bool TimedOut { get; private set; }

    public long IdleSince { get; private set; }

    public Socket Socket => socket;

    public ResponseHead Head { get; } = new();

    public byte[] Out { get; private set; } = GC.AllocateUninitializedArray<byte>(InitialBytes, pinned: true);

    public ReadOnlySpan<byte> Buffered => _in.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> BufferedMemory => _in.AsMemory(_start, _end - _start);

    /// <summary>Whether a receive is under way on an idle connection, which is how it should be: data or an end there means that it is no use.</summary>
    public bool IsStillOpen => _hasEarly && !_early.IsCompleted;

    public TimeSpan IdleLimit(TimeSpan own) => Head.KeepAliveSeconds is > 0 and var s && TimeSpan.FromSeconds(s - 1) < own ? TimeSpan.FromSeconds(s - 1) : own;

    public void GrowOut(int atLeast)
    {
        var bigger = GC.AllocateUninitializedArray<byte>(Math.Max(atLeast, Out.Length * 2), pinned: true);
        Out.CopyTo(bigger, 0);
        Out = bigger;
    }

    /// <summary>Begins a receive that completes when more is there; tell <see cref="Received"/> the count. 0: the server has ended.</summary>
    /// <remarks>The buffer has room: <see cref="MakeRoom"/> was asked first.</remarks>
    public ValueTask<int> ReceiveAsync()
    {
        if (!_hasEarly) return socket.ReceiveAsync(_in.AsMemory(_end), SocketFlags.None);
        _hasEarly = false;
        return _early;
    }

    public void Received(int count) => _end += count;

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end && !_hasEarly) _start = _end = 0;
    }

    public HeadResult ReadHead()
    {
        if (_start == _end) return HeadResult.NeedMore;
        var result = Head.Parse(Buffered, out int consumed);
        Consume(consumed);
        return result;
    }

    /// <returns>False: the limit is reached and nothing was consumed.</returns>
    public bool MakeRoom(int limit)
    {
        if (_hasEarly || _end < _in.Length) return true;
        if (_start > 0)
        {
            Buffer.BlockCopy(_in, _start, _in, 0, _end - _start);
            _end -= _start;
            _start = 0;
            return true;
        }
        if (_in.Length >= limit) return false;
        var bigger = GC.AllocateUninitializedArray<byte>(_in.Length * 2, pinned: true);
        Buffer.BlockCopy(_in, 0, bigger, 0, _end);
        _in = bigger;
        return true;
    }

    /// <returns>False: not fit for another exchange.</returns>
    public bool Park(long now)
    {
        // Bytes that nobody asked for are an answer to a request that nobody sent.
        if (!SetDeadline(0) || _start != _end) return false;
        _start = _end = 0;
        Reused = true;
        IdleSince = now;
        try
        {
#pragma warning disable CA2012 // Kept on purpose: the next exchange awaits it, once; until then only its state is asked.
            _early = socket.ReceiveAsync(_in.AsMemory(), SocketFlags.None);
#pragma warning restore CA2012
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        _hasEarly = true;
        return !_early.IsCompleted;
    }

    /// <param name="timestamp">0: none.</param>
    /// <returns>False: too late, the one before has passed.</returns>
    public bool SetDeadline(long timestamp)
    {
        if (Interlocked.Exchange(ref _deadline, timestamp) != Expired) return true;
        Volatile.Write(ref _deadline, Expired);
        return false;
    }

    public bool IsPast(long now) => Volatile.Read(ref _deadline) is > 0 and var deadline && now >= deadline;

    /// <summary>Aborts an exchange that is past its deadline, and none that began since somebody looked.</summary>
    public void TimeOut(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline <= 0 || now < deadline || Interlocked.CompareExchange(ref _deadline, Expired, deadline) != deadline) return;
        TimedOut = true;
        Abort();
    }

    /// <summary>Ends whatever is under way, from any thread; the exchange then discards the connection.</summary>
    public void Abort() => socket.Dispose();

    public void Dispose() => socket.Dispose();
}
