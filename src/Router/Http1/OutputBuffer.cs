using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Canario.Loops;

namespace Canario.Router.Http1;

/// <summary>Bytes on their way out, put together so that they leave in one segment. It holds memory only while there are such.</summary>
internal sealed class OutputBuffer(EventLoop loop) : IBufferWriter<byte>
{
    // "ffffff\r\n" in front of a chunk: no buffer here is larger than 16 MiB.
    private const int ChunkHeadBytes = 8;
    private byte[]? _bytes;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteAscii(string text)
    {
        Ascii.FromUtf16(text, GetSpan(text.Length), out int written);
        Length += written;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, GetSpan(20), out int written);
        Length += written;
    }

    /// <summary>Takes back what was written behind it.</summary>
    public void Truncate(int length) => Length = length;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        _bytes ??= loop.RentBuffer();
        if (_bytes.Length - Length < Math.Max(sizeHint, 1)) Grow(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <returns>What <see cref="EndChunk"/> wants to know.</returns>
    public int BeginChunk()
    {
        GetSpan(ChunkHeadBytes);
        Length += ChunkHeadBytes;
        return Length;
    }

    /// <summary>Makes one chunk of what was written since; of nothing, none.</summary>
    public void EndChunk(int start)
    {
        int size = Length - start;
        Length = start - ChunkHeadBytes;
        if (size == 0) return;
        Utf8Formatter.TryFormat(size, _bytes.AsSpan(Length), out int digits, new StandardFormat('x'));
        "\r\n"u8.CopyTo(_bytes.AsSpan(Length + digits));
        Length += digits + 2;
        // Its size is known only now; without leading zeros, which not every reader likes.
        Buffer.BlockCopy(_bytes!, start, _bytes!, Length, size);
        Length += size;
        Write("\r\n"u8);
    }

    public void Clear()
    {
        Length = 0;
        if (_bytes is null) return;
        if (_bytes.Length == EventLoop.BufferBytes) loop.ReturnBuffer(_bytes);
        else ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
    }

    private void Grow(int more)
    {
        byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes!.Length * 2, Length + more));
        Buffer.BlockCopy(_bytes, 0, bigger, 0, Length);
        int length = Length;
        Clear();
        _bytes = bigger;
        Length = length;
    }
}
