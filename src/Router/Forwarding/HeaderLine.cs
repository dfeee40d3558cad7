using Microsoft.Extensions.Primitives;

namespace Canario.Router.Forwarding;

/// <summary>A header line as read last time in this place: a server repeats itself, and an equal line need not be parsed again.</summary>
internal struct HeaderLine
{
    public byte[] Raw;
    public int RawLength;
    public string Name;
    public StringValues Value;
    public HeaderMeaning Meaning;

    public readonly bool Is(ReadOnlySpan<byte> line) => Raw is not null && line.SequenceEqual(Raw.AsSpan(0, RawLength));
}
