using Canario.Loops;

namespace Canario.Router.Http1;

/// <summary>A connection to a model's server, used by one exchange at a time.</summary>
internal sealed class UpstreamConnection : ISocketWatcher
{
    public const int MaxHeadBytes = 64 * 1024;
    private readonly UpstreamPool _pool;

    public UpstreamConnection(UpstreamPool pool, EventLoop loop, LoopSocket socket)
    {
        _pool = pool;
        Socket = socket;
        Input = new ReceiveBuffer(loop);
        socket.Watcher = this;
    }

    public LoopSocket Socket { get; }

    public ReceiveBuffer Input { get; }

    public ResponseHead Head { get; } = new();

    /// <summary>It has carried an exchange before: the server may be closing it just now.</summary>
    public bool Reused { get; private set; }

    public bool IsIdle { get; private set; }

    /// <summary>An exchange begins.</summary>
    public void Take()
    {
        IsIdle = false;
        Socket.ReceiveDeadline = 0;
    }

    /// <returns>False: not fit for another exchange. Bytes that nobody asked for are an answer to a request that nobody sent.</returns>
    public bool Park(long idleDeadline)
    {
        if (!Input.IsEmpty || !Socket.IsQuiet(Input)) return false;
        Reused = IsIdle = true;
        Socket.ReceiveDeadline = idleDeadline;
        return true;
    }

    /// <summary>Idle for too long, closed by the server, or talked on without being asked: in each case no use any more.</summary>
    public void Disturbed()
    {
        if (IsIdle) _pool.Forget(this);
    }
}
