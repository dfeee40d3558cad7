using System.Buffers.Binary;
using System.Text;

namespace Canario.Training.Onnx;

/// <summary>
/// The protobuf wire format, as far as an ONNX file needs it (protobuf.dev/programming-guides/encoding).
/// Written by hand because the bytes must be the same wherever training runs, and fifty lines are less than a code generator.
/// </summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly List<byte> stream = [];

    public byte[] ToArray() => stream.ToArray();

    public ProtoWriter Int(int field, long value)
    {
        Tag(field, Varint);
        Raw((ulong)value);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        stream.AddRange(bytes);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        Raw((ulong)value.Length);
        stream.AddRange(value);
        return this;
    }

    /// <summary>A repeated integer, packed as proto3 writes it.</summary>
    public ProtoWriter Packed(int field, IEnumerable<long> values)
    {
        var packed = new ProtoWriter();
        foreach (var value in values)
            packed.Raw((ulong)value);
        return Message(field, packed);
    }

    private void Tag(int field, int wireType) => Raw((ulong)((field << 3) | wireType));

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            stream.Add((byte)(value | 0x80));
            value >>= 7;
        }
        stream.Add((byte)value);
    }
}
