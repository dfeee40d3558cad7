using System.Buffers;
using Canario.Router.Configuration;

namespace Canario.Router.Http1;

/// <summary>Takes the chunks of a chunked body apart (RFC 9112, section 7.1), as strictly as <see cref="ResponseHead"/>. Trailers are checked and dropped.</summary>
internal struct ChunkedReader
{
    private const int MaxSizeLineBytes = 1024;
    private const int MaxTrailerBytes = 16 * 1024;
    private long _left;
    private Part _part;
    private int _trailerBytes;

    private enum Part
    {
        Size,
        Data,
        DataEnd,
        Trailer,
        Done,
    }

    /// <param name="data">What is buffered.</param>
    /// <param name="output">Takes the body's bytes.</param>
    /// <param name="consumed">Bytes of <paramref name="data"/> that are dealt with, in every case.</param>
    public HeadResult Read(ReadOnlySpan<byte> data, IBufferWriter<byte> output, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            var rest = data[consumed..];
            switch (_part)
            {
                case Part.Size:
                    int length = LineLength(rest, MaxSizeLineBytes);
                    if (length == 0) return HeadResult.NeedMore;
                    if (length < 0 || !TryParseSize(rest[..(length - 2)], out _left)) return HeadResult.Malformed;
                    consumed += length;
                    _part = _left == 0 ? Part.Trailer : Part.Data;
                    break;
                case Part.Data:
                    int take = (int)Math.Min(_left, rest.Length);
                    if (take == 0) return HeadResult.NeedMore;
                    output.Write(rest[..take]);
                    consumed += take;
                    _left -= take;
                    if (_left == 0) _part = Part.DataEnd;
                    break;
                case Part.DataEnd:
                    if (rest.Length < 2) return rest.Length == 1 && rest[0] != '\r' ? HeadResult.Malformed : HeadResult.NeedMore;
                    if (!rest.StartsWith("\r\n"u8)) return HeadResult.Malformed;
                    consumed += 2;
                    _part = Part.Size;
                    break;
                case Part.Trailer:
                    int line = LineLength(rest, MaxTrailerBytes);
                    if (line == 0) return HeadResult.NeedMore;
                    _trailerBytes += line;
                    if (line < 0 || _trailerBytes > MaxTrailerBytes) return HeadResult.Malformed;
                    if (line > 2 && !IsField(rest[..(line - 2)])) return HeadResult.Malformed;
                    consumed += line;
                    if (line == 2) _part = Part.Done;
                    break;
                default:
                    return HeadResult.Done;
            }
        }
    }

    // With its CRLF. 0: not whole yet; -1: too long, or ends without CR.
    private static int LineLength(ReadOnlySpan<byte> data, int limit)
    {
        int end = data.IndexOf((byte)'\n');
        if (end < 0) return data.Length >= limit ? -1 : 0;
        return end == 0 || end >= limit || data[end - 1] != '\r' || data[..(end - 1)].Contains((byte)'\r') ? -1 : end + 1;
    }

    // 1*HEXDIG, then nothing or an extension. 15 digits cannot overflow.
    private static bool TryParseSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        int digits = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == 15) return false;
            size = size * 16 + HexValue(line[digits]);
            digits++;
        }
        return digits > 0 && (digits == line.Length || (line[digits..].TrimStart(" \t"u8) is [(byte)';', ..] && !line.Contains((byte)0)));
    }

    private static int HexValue(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool IsField(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        return colon > 0 && !line[..colon].ContainsAnyExcept(Tokens.Bytes) && !line.Contains((byte)0);
    }
}
