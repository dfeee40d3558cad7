using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Canario.InferenceServer.Http;

/// <summary>
/// The memory that connections are read into and written from, in blocks of 32 KiB instead of Kestrel's four: an image's tensor of 110 KB comes by four reads of the socket, not by twenty-seven.
/// A connection that waits holds none. The block that was given back last is the next one taken: its bytes are still in the processor's cache.
/// </summary>
internal sealed class SocketBlocks : MemoryPool<byte>
{
    public const int BlockBytes = 32 << 10;

    /// <summary>Sixteen MiB for a rush to come back to, all pools together; what is beyond them goes to the collector.</summary>
    public static readonly int MostKept = Math.Max(32, 512 / Math.Min(Environment.ProcessorCount, 16));

    private readonly Stack<Block> _kept = new(MostKept);
    private readonly Lock _gate = new();
    private bool _disposed;

    public override int MaxBufferSize => BlockBytes;

    /// <summary>Blocks that wait to be taken.</summary>
    public int Kept
    {
        get
        {
            lock (_gate) return _kept.Count;
        }
    }

    /// <param name="minBufferSize">At most <see cref="BlockBytes"/>; a whole block comes whatever it says.</param>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        Block? block;
        lock (_gate)
        {
            if (!_kept.TryPop(out block)) block = null;
        }
        block ??= new Block(this);
        block.IsRented = true;
        return block;
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _disposed = true;
            _kept.Clear();
        }
    }

    private void Return(Block block)
    {
        lock (_gate)
        {
            // A second return would hand one block to two connections.
            if (!block.IsRented) return;
            block.IsRented = false;
            if (!_disposed && _kept.Count < MostKept) _kept.Push(block);
        }
    }

    /// <summary>One for each of Kestrel's input queues.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new SocketBlocks();
    }

    private sealed class Block(SocketBlocks pool) : IMemoryOwner<byte>
    {
        public bool IsRented { get; set; }

        // Pinned for good: the kernel writes to it, and the collector need not be told each time.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public void Dispose() => pool.Return(this);
    }
}
