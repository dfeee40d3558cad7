using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Transport;

/// <summary>
/// What comes from a socket, received when it is read and there: nothing is read ahead, so a peer that sends faster than it is read is slowed by TCP alone. All that is not consumed yet lies in one
/// piece of memory; a connection that waits holds none.
/// </summary>
internal sealed class SocketReader(ConnectionSocket socket, MemoryPool<byte> pool) : PipeReader, IValueTaskSource<ReadResult>
{
    // Reads in a row that need not wait: a peer whose bytes are always there already would have the thread to itself for ever. A request takes two, a large body one a block.
    private const int MaxSynchronous = 32;
    private readonly Piece _piece = new();
    private ManualResetValueTaskSourceCore<ReadResult> _core;
    private Readiness _readiness;
    private IMemoryOwner<byte>? _block;
    private int _start;
    private int _end;
    private int _examined;
    private int _synchronous;
    private bool _ended;
    private Exception? _failure;
    private volatile bool _cancelled;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        if (++_synchronous > MaxSynchronous) return WaitForTurn(cancellationToken);
        while (true)
        {
            if (TryTell(out ReadResult result)) return _failure is null ? new ValueTask<ReadResult>(result) : ValueTask.FromException<ReadResult>(_failure);
            if (_readiness.IsReady)
            {
                Receive();
                continue;
            }

            Prepare(cancellationToken);
            if (_readiness.TryWait())
            {
                // Cancelled just before somebody waited: then nobody was told.
                if (_cancelled || cancellationToken.IsCancellationRequested) socket.Wake();
                return new ValueTask<ReadResult>(this, _core.Version);
            }

            EndWait();
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!TryTell(out result) && (!_readiness.IsReady || !Receive() || !TryTell(out result))) return false;
        return _failure is null ? true : throw _failure;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // Of an empty result.
        if (consumed.GetObject() is null) return;
        _start = consumed.GetInteger();
        _examined = Math.Max(_start, examined.GetInteger());
        if (_start == _end) Release();
    }

    public override void CancelPendingRead()
    {
        _cancelled = true;
        socket.Wake();
    }

    public override void Complete(Exception? exception = null)
    {
        _ended = true;
        Release();
    }

    /// <summary>There is something to receive, or an end. On the loop's thread.</summary>
    public void Tell()
    {
        if (_readiness.Tell()) Continue();
    }

    /// <summary>What waits for something else than bytes goes on. On the loop's thread.</summary>
    public void Resume()
    {
        if (_readiness.IsWaitedFor) Continue();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _core.GetStatus(token);

    // No context: there is none on a loop's thread, and looking for one costs.
    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    // The loop goes on with it after its present events, wherever this is.
    private ValueTask<ReadResult> WaitForTurn(CancellationToken cancellationToken)
    {
        Prepare(cancellationToken);
        short version = _core.Version;
        _readiness.Wait();
        if (EventLoop.Current == socket.Loop) socket.Loop.Defer(socket);
        else socket.Wake();
        return new ValueTask<ReadResult>(this, version);
    }

    private void Prepare(CancellationToken cancellationToken)
    {
        _core.Reset();
        _token = cancellationToken;
        if (cancellationToken.CanBeCanceled) _registration = cancellationToken.UnsafeRegister(static socket => ((ConnectionSocket)socket!).Wake(), socket);
    }

    // On the loop's thread, of a read that waited.
    private void Continue()
    {
        _synchronous = 0;
        if (_token.IsCancellationRequested)
        {
            var cancellation = new OperationCanceledException(_token);
            _readiness.Remember();
            EndWait();
            _core.SetException(cancellation);
            return;
        }

        ReadResult result = default;
        try
        {
            if (TryTell(out result))
            {
                // It waited for its turn, or was cancelled: what the socket has is not known.
                _readiness.Remember();
            }
            else if (!Receive() || !TryTell(out result))
            {
                _readiness.Wait();
                return;
            }
        }
        catch (OutOfMemoryException e)
        {
            // There is no room to receive into. Who waits must be told, or waits for ever.
            _failure = e;
            _ended = true;
        }

        EndWait();
        if (_failure is null) _core.SetResult(result);
        else _core.SetException(_failure);
    }

    private void EndWait()
    {
        _registration.Dispose();
        _registration = default;
        _token = default;
    }

    // False: all that is here was looked at already, and more may come.
    private bool TryTell(out ReadResult result)
    {
        bool cancelled = _cancelled;
        if (!cancelled && !_ended && _examined == _end)
        {
            result = default;
            return false;
        }

        if (cancelled) _cancelled = false;
        ReadOnlySequence<byte> here = _start == _end ? default : new ReadOnlySequence<byte>(_piece, _start, _piece, _end);
        result = new ReadResult(here, cancelled, _ended);
        return true;
    }

    // False: nothing is there.
    private bool Receive()
    {
        _readiness.Forget();
        Span<byte> room = MakeRoom();
        int count = socket.Receive(room, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            if (_start == _end) Release();
            return false;
        }

        if (error != SocketError.Success) _failure = socket.FailureOf(error);
        if (count == 0)
        {
            _ended = true;
            if (_start == _end) Release();
            socket.TellClosed();
            return true;
        }

        _end += count;
        // Less than there was room for: that was all, and the next bytes are told anew.
        if (count == room.Length || socket.HasEnded) _readiness.Remember();
        if (socket.HasEnded) socket.Wake();
        return true;
    }

    private Span<byte> MakeRoom()
    {
        if (_block is null)
        {
            _block = pool.Rent();
            _piece.Of(_block);
        }
        else if (_end == _block.Memory.Length)
        {
            // Looked at, and more was wanted.
            IMemoryOwner<byte> target = _start > 0 ? _block : MemoryPool<byte>.Shared.Rent(_end * 2);
            _block.Memory.Span[_start.._end].CopyTo(target.Memory.Span);
            if (target != _block)
            {
                _block.Dispose();
                _block = target;
                _piece.Of(target);
            }

            _end -= _start;
            _examined -= _start;
            _start = 0;
        }

        return _block.Memory.Span[_end..];
    }

    private void Release()
    {
        _block?.Dispose();
        _block = null;
        _start = _end = _examined = 0;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public void Of(IMemoryOwner<byte> block) => Memory = block.Memory;
    }
}
