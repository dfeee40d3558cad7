using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Canario.Router.Configuration;

namespace Canario.Router.Forwarding;

/// <summary>
/// Reads the head of an HTTP/1.1 response (RFC 9112) strictly: what two readers could frame differently is refused. That is a bare LF or CR, folded lines, white
/// space before a colon, Content-Length that is repeated or beside Transfer-Encoding, any transfer coding but chunked, and switching protocols.
/// </summary>
internal sealed class ResponseHead
{
    private const int MaxLines = 256;
    // Tab, visible ASCII and the obs-text bytes that servers send for names in other alphabets.
    private static readonly SearchValues<byte> ValueBytes =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b), .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);
    private HeaderLine[] _lines = new HeaderLine[16];
    private int _minor;

    public int Status { get; private set; }

    public int Count { get; private set; }

    public long? ContentLength { get; private set; }

    public bool Chunked { get; private set; }

    /// <summary>The server will close the connection after this response.</summary>
    public bool Close { get; private set; }

    /// <summary>Seconds that the server keeps an idle connection; 0: it does not say.</summary>
    public int KeepAliveSeconds { get; private set; }

    /// <summary>Fields that the Connection header names as of this hop only.</summary>
    public string[] Nominated { get; private set; } = [];

    public string Error { get; private set; } = "";

    public ReadOnlySpan<HeaderLine> Lines => _lines.AsSpan(0, Count);

    /// <param name="data">All that is buffered, from the head's first byte.</param>
    /// <param name="consumed">Length of the head, when it is whole.</param>
    public HeadResult Parse(ReadOnlySpan<byte> data, out int consumed)
    {
        consumed = 0;
        Count = 0;
        ContentLength = null;
        Chunked = false;
        KeepAliveSeconds = 0;
        Nominated = [];
        int position = NextLine(data, out var line);
        if (position <= 0) return Incomplete(position);
        if (!ParseStatus(line)) return Refuse("status line");
        while (true)
        {
            int length = NextLine(data[position..], out line);
            if (length <= 0) return Incomplete(length);
            position += length;
            if (line.IsEmpty) break;
            if (Count == MaxLines) return Refuse("too many header lines");
            if (Count == _lines.Length) Array.Resize(ref _lines, _lines.Length * 2);
            ref var known = ref _lines[Count];
            if (!known.Is(line) && !ParseLine(line, ref known)) return HeadResult.Malformed;
            if (known.Meaning > HeaderMeaning.Drop && !Apply(known)) return HeadResult.Malformed;
            Count++;
        }
        if (Chunked && ContentLength is not null) return Refuse("both Content-Length and Transfer-Encoding");
        consumed = position;
        return HeadResult.Done;
    }

    // The line without its CRLF. 0: no end of line yet; -1: an end of line that is none.
    private static int NextLine(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> line)
    {
        int end = data.IndexOf((byte)'\n');
        line = default;
        if (end < 0) return 0;
        if (end == 0 || data[end - 1] != '\r') return -1;
        line = data[..(end - 1)];
        return end + 1;
    }

    private HeadResult Incomplete(int position) => position == 0 ? HeadResult.NeedMore : Refuse("a line that ends without CR");

    private HeadResult Refuse(string error)
    {
        Error = error;
        return HeadResult.Malformed;
    }

    // "HTTP/1.x SP 3DIGIT [SP reason]"
    private bool ParseStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ') return false;
        if (line.Length > 12 && (line[12] != ' ' || line[13..].ContainsAnyExcept(ValueBytes))) return false;
        if (!IsDigit(line[9]) || !IsDigit(line[10]) || !IsDigit(line[11])) return false;
        Status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
        _minor = line[7] - '0';
        // HTTP/1.0 may keep alive by a header; closing is what every such server understands.
        Close = _minor == 0;
        return Status is >= 100 and <= 599;
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private bool ParseLine(ReadOnlySpan<byte> line, ref HeaderLine known)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(Tokens.Bytes)) return Refuse("a header line without a proper name") == HeadResult.Done;
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAnyExcept(ValueBytes)) return Refuse("a control character in a header") == HeadResult.Done;
        if (known.Raw is null || known.Raw.Length < line.Length) known.Raw = new byte[Math.Max(64, line.Length)];
        line.CopyTo(known.Raw);
        known.RawLength = line.Length;
        known.Name = Encoding.ASCII.GetString(line[..colon]);
        known.Value = Encoding.Latin1.GetString(value);
        known.Meaning = ResponseHeaders.MeaningOf(known.Name);
        return true;
    }

    private bool Apply(in HeaderLine line)
    {
        string value = line.Value.ToString();
        switch (line.Meaning)
        {
            case HeaderMeaning.ContentLength:
                if (ContentLength is not null) return Refuse("several Content-Length") == HeadResult.Done;
                if (!TryParseLength(value, out long length)) return Refuse("Content-Length is not a number") == HeadResult.Done;
                ContentLength = length;
                return true;
            case HeaderMeaning.TransferEncoding:
                if (Chunked || _minor == 0 || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase)) return Refuse("Transfer-Encoding is not chunked alone") == HeadResult.Done;
                Chunked = true;
                return true;
            case HeaderMeaning.Connection:
                return ApplyConnection(value);
            default:
                int at = value.IndexOf("timeout=", StringComparison.OrdinalIgnoreCase);
                if (at >= 0 && Utf8Parser.TryParse(Encoding.ASCII.GetBytes(value[(at + 8)..]), out int seconds, out _) && seconds > 0) KeepAliveSeconds = seconds;
                return true;
        }
    }

    private bool ApplyConnection(string value)
    {
        if (value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)) return true;
        foreach (string token in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (token.Equals("close", StringComparison.OrdinalIgnoreCase)) Close = true;
            else if (!token.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)) Nominated = [.. Nominated, token];
        }
        return true;
    }

    // Digits alone: no sign, no space, no list; 18 of them cannot overflow.
    private static bool TryParseLength(string value, out long length)
    {
        length = 0;
        if (value.Length is 0 or > 18) return false;
        foreach (char c in value)
        {
            if (!char.IsAsciiDigit(c)) return false;
            length = length * 10 + (c - '0');
        }
        return true;
    }
}
