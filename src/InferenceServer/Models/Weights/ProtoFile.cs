using Microsoft.Win32.SafeHandles;

namespace Canario.InferenceServer.Models.Weights;

/// <summary>Walks over protobuf in a file, field by field. What is skipped is not read: the weights of a model may be gigabytes.</summary>
internal sealed class ProtoFile(SafeFileHandle file)
{
    private const int BufferBytes = 1 << 14;
    private const int LongestVarint = 10;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferAt;
    private int _buffered;

    public long Length { get; } = RandomAccess.GetLength(file);

    public long Position { get; private set; }

    /// <exception cref="InvalidDataException">It ends before <paramref name="end"/>.</exception>
    public ulong TakeVarint(long end)
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint; i++)
        {
            byte next = TakeByte(end);
            value |= (ulong)(next & 0x7F) << 7 * i;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number is longer than 10 bytes");
    }

    /// <summary>Where the message, text or bytes end that begin here.</summary>
    public long TakeLength(long end)
    {
        ulong length = TakeVarint(end);
        return length <= (ulong)(end - Position) ? Position + (long)length : throw Cut();
    }

    /// <summary>The first bytes of those until <paramref name="end"/>; all of them are passed over.</summary>
    public byte[] TakeBytes(long end, int most)
    {
        byte[] bytes = new byte[Math.Min(most, end - Position)];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = TakeByte(end);
        Position = end;
        return bytes;
    }

    public void SkipTo(long position) => Position = position;

    /// <param name="type">Wire type of the field whose value begins here.</param>
    /// <param name="end">Of the message that it is in.</param>
    public void Skip(int type, long end)
    {
        switch (type)
        {
            case 0: TakeVarint(end); break;
            case 1: SkipTo(Position + sizeof(ulong)); break;
            case 2: SkipTo(TakeLength(end)); break;
            case 5: SkipTo(Position + sizeof(uint)); break;
            // Groups were given up long ago; no ONNX file has one.
            default: throw new InvalidDataException($"wire type {type} is not known");
        }

        if (Position > end) throw Cut();
    }

    private byte TakeByte(long end)
    {
        if (Position >= end) throw Cut();
        if (Position < _bufferAt || Position >= _bufferAt + _buffered)
        {
            _bufferAt = Position;
            _buffered = RandomAccess.Read(file, _buffer, Position);
            if (_buffered == 0) throw Cut();
        }

        return _buffer[Position++ - _bufferAt];
    }

    private static InvalidDataException Cut() => new("it ends within a field");
}
