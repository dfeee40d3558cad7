using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Tests;

/// <summary>Small blocks, so that what is sent takes several; how many are out can be asked.</summary>
internal sealed class SharedPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    public const int BlockBytes = 4096;

    private int _out;

    public int Out => Volatile.Read(ref _out);

    public override int MaxBufferSize => BlockBytes;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _out);
        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(SharedPool pool) : IMemoryOwner<byte>
    {
        private int _returned;

        public Memory<byte> Memory { get; private set; } = new byte[BlockBytes];

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) != 0) throw new InvalidOperationException("returned twice");
            // Who still uses it is found out.
            Memory.Span.Fill(0xEE);
            Interlocked.Decrement(ref pool._out);
        }
    }
}
