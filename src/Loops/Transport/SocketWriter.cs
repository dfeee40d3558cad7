using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Canario.Loops.Transport;

/// <summary>What goes to a socket, sent when it is flushed, by whoever flushes. It holds memory only while there is something to send.</summary>
internal sealed class SocketWriter(SocketSender sender, MemoryPool<byte> pool) : PipeWriter
{
    private readonly Queue<(IMemoryOwner<byte> Block, int Length)> _full = new();
    private IMemoryOwner<byte>? _block;
    private int _written;
    // Of the first block.
    private int _sent;
    private long _unsent;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unsent;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_block is not null && _block.Memory.Length - _written < Math.Max(1, sizeHint))
        {
            _full.Enqueue((_block, _written));
            _block = null;
            _written = 0;
        }

        _block ??= sizeHint <= pool.MaxBufferSize ? pool.Rent() : MemoryPool<byte>.Shared.Rent(sizeHint);
        return _block.Memory[_written..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        _written += bytes;
        _unsent += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        TrySend() ? new ValueTask<FlushResult>(new FlushResult(isCanceled: false, sender.IsGone)) : WaitAndSendAsync(cancellationToken);

    public override void CancelPendingFlush() => sender.Cancel();

    public override void Complete(Exception? exception = null)
    {
        // What was not flushed: as much of it as goes.
        if (exception is null) TrySend();
        Release();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WaitAndSendAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (!await sender.WaitAsync(cancellationToken)) return new FlushResult(isCanceled: true, sender.IsGone);
        }
        while (!TrySend());
        return new FlushResult(isCanceled: false, sender.IsGone);
    }

    // False: the kernel takes no more for now.
    private bool TrySend()
    {
        while (_full.TryPeek(out (IMemoryOwner<byte> Block, int Length) first))
        {
            if (!TrySend(first.Block, first.Length)) return false;
            _full.Dequeue().Block.Dispose();
            _sent = 0;
        }

        if (_block is null) return true;
        if (!TrySend(_block, _written)) return false;
        Release();
        return true;
    }

    private bool TrySend(IMemoryOwner<byte> block, int length)
    {
        int count = sender.Send(block.Memory.Span[_sent..length]);
        _sent += count;
        _unsent -= count;
        return _sent == length || sender.IsGone;
    }

    private void Release()
    {
        while (_full.TryDequeue(out (IMemoryOwner<byte> Block, int Length) first)) first.Block.Dispose();
        _block?.Dispose();
        _block = null;
        _written = _sent = 0;
        _unsent = 0;
    }
}
