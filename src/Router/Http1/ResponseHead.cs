using System.Buffers.Text;
using Canario.Router.Fields;

namespace Canario.Router.Http1;

/// <summary>
/// The head of a server's answer (RFC 9112), read strictly: what two readers could frame differently is refused. See <see cref="FieldLines"/>; besides, Content-Length that is
/// repeated or beside Transfer-Encoding, any transfer coding but chunked, and other versions.
/// </summary>
internal sealed class ResponseHead
{
    private const int MaxLines = 256;
    private string _error = "";

    public FieldLines Fields { get; } = new(MaxLines);

    public int Status { get; private set; }

    /// <summary>Where the header lines begin in the bytes that were parsed.</summary>
    public int StatusLineLength { get; private set; }

    public long? ContentLength => Fields.ContentLength;

    public bool Chunked => Fields.Chunked;

    /// <summary>The server will close the connection after this answer.</summary>
    public bool Close { get; private set; }

    /// <summary>Seconds that the server keeps an idle connection; 0: it does not say.</summary>
    public int KeepAliveSeconds { get; private set; }

    public string Error => _error.Length > 0 ? _error : Fields.Error;

    /// <param name="data">All that is buffered, from the head's first byte. The fields are positions in it.</param>
    /// <param name="consumed">Length of the head, when it is whole.</param>
    public HeadResult Parse(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = 0;
        _error = "";
        KeepAliveSeconds = 0;
        int position = Line.Next(data, out var line);
        if (position == 0) return HeadResult.NeedMore;
        if (position < 0 || !TryParseStatus(line, out int status))
        {
            _error = "no proper status line";
            return HeadResult.Malformed;
        }
        Status = status;
        StatusLineLength = position;
        int minor = line[7] - '0';
        var result = Fields.Parse(data, ref position, minor);
        if (result != HeadResult.Done) return result;
        // HTTP/1.0 may keep alive by a header; closing is what every such server understands.
        Close = minor == 0 || Fields.SaysClose;
        foreach (ref readonly var field in Fields.All)
        {
            if (field.Kind == FieldKind.KeepAlive) KeepAliveSeconds = TimeoutOf(FieldLines.ValueOf(data, field));
        }
        consumed = position;
        return HeadResult.Done;
    }

    // "HTTP/1.x SP 3DIGIT [SP reason]"
    private static bool TryParseStatus(ReadOnlySpan<byte> line, out int status)
    {
        status = 0;
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') return false;
        if (line.Length > 12 && (line[12] != ' ' || line[13..].ContainsAnyExcept(Line.ValueBytes))) return false;
        if (!Line.TryParseLength(line[9..12], out long number)) return false;
        status = (int)number;
        return status is >= 100 and <= 599;
    }

    private static int TimeoutOf(ReadOnlySpan<byte> value)
    {
        int at = value.IndexOf("timeout="u8);
        return at >= 0 && Utf8Parser.TryParse(value[(at + 8)..], out int seconds, out _) && seconds > 0 ? seconds : 0;
    }
}
