using System.Buffers.Binary;
using System.IO.Compression;
using Canario.InferenceServer.Http;

namespace Canario.InferenceServer.Grpc;

/// <summary>A message as it lies in a body: a flag that says whether it is compressed, its length in four bytes, big-endian, and itself.</summary>
internal static class GrpcFrame
{
    public const int HeaderBytes = 5;
    public const string Identity = "identity";
    public const string Gzip = "gzip";

    private const int LengthBytes = 4;

    /// <summary>The one message of a unary call.</summary>
    /// <param name="body">Of the request.</param>
    /// <param name="encoding">Header <c>grpc-encoding</c>.</param>
    /// <param name="maximumBytes">Of the message, unpacked.</param>
    public static ReadOnlyMemory<byte> ReadMessage(ReadOnlyMemory<byte> body, string encoding, long maximumBytes)
    {
        ReadOnlySpan<byte> frame = body.Span;
        if (frame.Length < HeaderBytes) throw RequestException.Bad($"the call has {frame.Length} bytes; a message has a header of {HeaderBytes}");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(frame[1..]);
        if (length != frame.Length - HeaderBytes)
            throw RequestException.Bad($"the message's header says {length} bytes; {frame.Length - HeaderBytes} follow, and a unary call has one message");
        ReadOnlyMemory<byte> message = body[HeaderBytes..];
        return frame[0] switch
        {
            0 => message,
            1 when encoding == Gzip => Unpack(message, maximumBytes),
            1 => throw new RequestException(StatusCodes.Status501NotImplemented, $"grpc-encoding '{encoding}' is not known; {Identity} and {Gzip} are"),
            _ => throw RequestException.Bad($"the message's flag is {frame[0]}, neither 0 nor 1"),
        };
    }

    /// <summary>A frame with the message compressed.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> frame)
    {
        using var packed = new MemoryStream();
        packed.Write(new byte[HeaderBytes]);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(frame[HeaderBytes..]);
        byte[] bytes = packed.ToArray();
        bytes[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - HeaderBytes);
        return bytes;
    }

    private static byte[] Unpack(ReadOnlyMemory<byte> message, long maximumBytes)
    {
        using var unpacked = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(message.ToArray(), writable: false), CompressionMode.Decompress);
            var buffer = new byte[16 << 10];
            int read;
            // A small message may unpack to gigabytes: it is stopped at the limit.
            while ((read = gzip.Read(buffer)) > 0)
            {
                if (unpacked.Length + read > maximumBytes)
                    throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"the message is larger than {maximumBytes} bytes, unpacked");
                unpacked.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw RequestException.Bad("the message is not gzip data");
        }

        // The stream takes a cut end, and whatever follows the end, for an end. The last four bytes of a whole one are the unpacked length (RFC 1952).
        if (message.Length < LengthBytes || BinaryPrimitives.ReadUInt32LittleEndian(message.Span[^LengthBytes..]) != (uint)unpacked.Length)
            throw RequestException.Bad("the message is not one whole gzip member");
        return unpacked.ToArray();
    }
}
