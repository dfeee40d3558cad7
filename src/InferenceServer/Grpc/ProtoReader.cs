using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Canario.InferenceServer.Http;

namespace Canario.InferenceServer.Grpc;

/// <summary>Walks over one protobuf message in memory. Every error is a <see cref="RequestException"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    public WireType Type { get; private set; }

    /// <summary>Number of the next field; 0 at the end. Its value must be read or skipped.</summary>
    public int TakeField()
    {
        if (_position == _message.Length) return 0;
        ulong tag = TakeVarint();
        Type = (WireType)(tag & 7);
        ulong field = tag >> 3;
        if (field is 0 or > int.MaxValue >> 2) throw Malformed("a field has no valid number");
        return (int)field;
    }

    public ulong TakeVarint()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint; i++)
        {
            if (_position == _message.Length) throw Cut();
            byte next = _message[_position++];
            value |= (ulong)(next & 0x7F) << 7 * i;
            if (next < 0x80) return value;
        }

        throw Malformed("a number is longer than 10 bytes");
    }

    public uint TakeFixed32()
    {
        if (_message.Length - _position < sizeof(uint)) throw Cut();
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_message[_position..]);
        _position += sizeof(uint);
        return value;
    }

    public ulong TakeFixed64()
    {
        if (_message.Length - _position < sizeof(ulong)) throw Cut();
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_message[_position..]);
        _position += sizeof(ulong);
        return value;
    }

    /// <summary>Bytes, a text, a message or packed numbers.</summary>
    public ReadOnlySpan<byte> TakeBytes()
    {
        Require(WireType.Length);
        ulong length = TakeVarint();
        if (length > (ulong)(_message.Length - _position)) throw Cut();
        ReadOnlySpan<byte> bytes = _message.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    public ReadOnlySpan<byte> TakeUtf8()
    {
        ReadOnlySpan<byte> text = TakeBytes();
        return Utf8.IsValid(text) ? text : throw Malformed("a text is not UTF-8");
    }

    public string TakeText() => Encoding.UTF8.GetString(TakeUtf8());

    public bool TakeBoolean()
    {
        Require(WireType.Varint);
        return TakeVarint() != 0;
    }

    /// <summary>Where the bytes that were just taken lie in the message.</summary>
    public readonly Range RangeOf(ReadOnlySpan<byte> taken) => (_position - taken.Length).._position;

    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint: TakeVarint(); break;
            case WireType.Fixed64: TakeFixed64(); break;
            case WireType.Length: TakeBytes(); break;
            case WireType.Fixed32: TakeFixed32(); break;
            // Groups were given up long ago, and no message here has one.
            default: throw Malformed($"wire type {(int)Type} is not known");
        }
    }

    public readonly void Require(WireType type)
    {
        if (Type != type) throw Malformed($"a field has wire type {(int)Type}, not {(int)type}");
    }

    public static RequestException Malformed(string what) => RequestException.Bad($"the message is malformed: {what}");

    private static RequestException Cut() => Malformed("it ends within a field");
}
