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
    // Blocks in a row without going back to the loop: a peer whose bytes are always there already would have it to itself for ever. Each may hold a hundred requests.
    private const int MaxSynchronous = 4;
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
        while (true)
        {
            if (TryTell(out ReadResult result)) return _failure is null ? new ValueTask<ReadResult>(result) : ValueTask.FromException<ReadResult>(_failure);
            if (!_readiness.IsReady)
            {
                Prepare(cancellationToken);
                if (!_readiness.TryWait()) continue;
                // Cancelled just before somebody waited: then nobody was told.
                if (_cancelled || cancellationToken.IsCancellationRequested) socket.Wake();
                return new ValueTask<ReadResult>(this, _core.Version);
            }

            if (++_synchronous >= MaxSynchronous && EventLoop.Current == socket.Loop)
            {
                Prepare(cancellationToken);
                _readiness.Wait();
                socket.Loop.Defer(socket);
                return new ValueTask<ReadResult>(this, _core.Version);
            }

            Receive();
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
            _readiness.Remember();
            EndWait();
            _core.SetException(new OperationCanceledException(_token));
            return;
        }

        // A cancelled one has nothing to receive first.
        if (!_cancelled && !Receive())
        {
            _readiness.Wait();
            return;
        }

        if (!TryTell(out ReadResult result))
        {
            _readiness.Wait();
            return;
        }

        // As it is if not received: then nothing is known.
        if (result.IsCanceled) _readiness.Remember();
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
