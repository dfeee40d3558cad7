using Canario.Loops;

namespace Canario.Router.Http1;

/// <summary>Takes a message's body out of its framing, as it comes (RFC 9112, section 6).</summary>
internal struct BodyReader(BodyFraming framing, long length)
{
    private ChunkedReader _chunks;
    private long _left = length;

    public readonly BodyFraming Framing => framing;

    /// <summary>Of a body with a length, what is still to come.</summary>
    public readonly long Left => _left;

    /// <summary>Moves what has arrived from <paramref name="input"/> to <paramref name="output"/>.</summary>
    /// <returns><see cref="BodyPart.Some"/>, <see cref="BodyPart.Last"/> or <see cref="BodyPart.Malformed"/>. What ends with the connection has no last part.</returns>
    public BodyPart Take(ReceiveBuffer input, OutputBuffer output)
    {
        if (framing == BodyFraming.Chunked)
        {
            var result = _chunks.Read(input.Data, output, out int consumed);
            input.Consume(consumed);
            return result switch { HeadResult.Done => BodyPart.Last, HeadResult.Malformed => BodyPart.Malformed, _ => BodyPart.Some };
        }
        int take = framing == BodyFraming.Length ? (int)Math.Min(_left, input.Length) : input.Length;
        output.Write(input.Data[..take]);
        input.Consume(take);
        _left -= take;
        return framing == BodyFraming.Length && _left == 0 ? BodyPart.Last : BodyPart.Some;
    }
}
