using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Canario.InferenceServer.Buffers;

namespace Canario.InferenceServer.Grpc;

/// <summary>A buffer that a protobuf message is written into by hand. Values that are a field's default are left out, as proto3 does.</summary>
internal sealed class ProtoOutput : ByteBuffer
{
    private const int LongestVarint = 10;
    private const int VarintType = 0;
    private const int LengthType = 2;

    public ProtoOutput Text(int field, string value)
    {
        if (value.Length == 0) return this;
        return Element(field, value);
    }

    /// <summary>An element of a repeated field: written even when it is empty.</summary>
    public ProtoOutput Element(int field, string value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        Tag(field, LengthType).Varint((ulong)bytes);
        Encoding.UTF8.GetBytes(value, Reserve(bytes));
        Advance(bytes);
        return this;
    }

    public ProtoOutput Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthType).Varint((ulong)value.Length);
        Append(value);
        return this;
    }

    public ProtoOutput Number(int field, ulong value) => value == 0 ? this : Tag(field, VarintType).Varint(value);

    public ProtoOutput Boolean(int field, bool value) => Number(field, value ? 1u : 0u);

    /// <summary>A packed repeated field of whole numbers.</summary>
    public ProtoOutput Packed(int field, ReadOnlySpan<long> values)
    {
        if (values.IsEmpty) return this;
        int mark = Begin(field);
        foreach (long value in values) Varint((ulong)value);
        return End(mark);
    }

    /// <summary>A packed repeated field of numbers of fixed size, which lie in memory as on the wire.</summary>
    public ProtoOutput PackedFixed<T>(int field, ReadOnlySpan<T> values) where T : unmanaged =>
        values.IsEmpty ? this : Bytes(field, MemoryMarshal.AsBytes(values));

    public ProtoOutput Varint(ulong value)
    {
        Span<byte> target = Reserve(LongestVarint);
        int i = 0;
        for (; value >= 0x80; value >>= 7) target[i++] = (byte)(value | 0x80);
        target[i++] = (byte)value;
        Advance(i);
        return this;
    }

    /// <summary>Begins a message within the message; <see cref="End"/> takes what is answered.</summary>
    public int Begin(int field)
    {
        Tag(field, LengthType);
        // Most are shorter than 128 bytes: one byte of length.
        Reserve(1);
        Advance(1);
        return Length;
    }

    public ProtoOutput End(int mark)
    {
        int length = Length - mark;
        int more = 0;
        for (int rest = length >> 7; rest > 0; rest >>= 7) more++;
        if (more > 0)
        {
            Reserve(more);
            Advance(more);
            Span<byte> body = From(mark);
            body[..length].CopyTo(body[more..]);
        }

        Span<byte> prefix = From(mark - 1);
        for (int i = 0; i < more; i++, length >>= 7) prefix[i] = (byte)(length | 0x80);
        prefix[more] = (byte)length;
        return this;
    }

    /// <summary>Room for the frame's header, before the message.</summary>
    public void BeginFrame()
    {
        Clear();
        Reserve(GrpcFrame.HeaderBytes);
        Advance(GrpcFrame.HeaderBytes);
    }

    /// <summary>Fills the frame's header in.</summary>
    public void EndFrame()
    {
        Span<byte> frame = From(0);
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], frame.Length - GrpcFrame.HeaderBytes);
    }

    private ProtoOutput Tag(int field, int type) => Varint((ulong)(field << 3 | type));
}
