using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Canario.Loops.Transport;

/// <summary>Sends what the kernel takes, and waits until it takes more.</summary>
/// <param name="socket">Of the connection.</param>
/// <param name="leavesLoop">Who waited goes on on the thread pool, not on the loop's thread.</param>
internal sealed class SocketSender(ConnectionSocket socket, bool leavesLoop) : IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = leavesLoop };
    private Readiness _readiness;
    private volatile bool _cancelled;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    /// <summary>Something was sent.</summary>
    public bool HasSent { get; private set; }

    /// <summary>Nothing more can be sent.</summary>
    public bool IsGone { get; private set; }

    /// <returns>Bytes taken: all, or as many as the kernel takes for now, or none since the peer is gone.</returns>
    public int Send(ReadOnlySpan<byte> data)
    {
        int sent = 0;
        bool full = false;
        while (sent < data.Length && !IsGone)
        {
            int count = socket.Send(data[sent..], out SocketError error);
            if (error == SocketError.Success)
            {
                sent += count;
                HasSent = true;
            }
            else if (error != SocketError.WouldBlock)
            {
                IsGone = true;
            }
            else if (full)
            {
                break;
            }
            else
            {
                // Told of from here on; what was taken just before is seen by asking once more.
                _readiness.Forget();
                full = true;
            }
        }

        return sent;
    }

    /// <summary>After a <see cref="Send"/> of less than all.</summary>
    /// <returns>False: cancelled by <see cref="Cancel"/>.</returns>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        _core.Reset();
        _token = cancellationToken;
        if (cancellationToken.CanBeCanceled) _registration = cancellationToken.UnsafeRegister(static socket => ((ConnectionSocket)socket!).Wake(), socket);
        if (!_readiness.TryWait())
        {
            EndWait();
            return new ValueTask<bool>(true);
        }

        // Cancelled just before somebody waited: then nobody was told.
        if (_cancelled || cancellationToken.IsCancellationRequested) socket.Wake();
        return new ValueTask<bool>(this, _core.Version);
    }

    /// <summary>Of the wait under way, or the next.</summary>
    public void Cancel()
    {
        _cancelled = true;
        socket.Wake();
    }

    /// <summary>The kernel takes more, or the peer is gone. On the loop's thread.</summary>
    public void Tell()
    {
        if (_readiness.Tell()) End(true);
    }

    /// <summary>What waits for something else goes on. On the loop's thread.</summary>
    public void Resume()
    {
        if (!_readiness.IsWaitedFor) return;
        if (_token.IsCancellationRequested)
        {
            _readiness.Forget();
            var cancellation = new OperationCanceledException(_token);
            EndWait();
            _core.SetException(cancellation);
        }
        else if (_cancelled)
        {
            _cancelled = false;
            _readiness.Forget();
            End(false);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    private void End(bool ready)
    {
        EndWait();
        _core.SetResult(ready);
    }

    private void EndWait()
    {
        _registration.Dispose();
        _registration = default;
        _token = default;
    }
}
