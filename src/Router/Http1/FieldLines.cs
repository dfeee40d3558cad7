using System.Text;
using Canario.Router.Configuration;
using Canario.Router.Fields;

namespace Canario.Router.Http1;

/// <summary>
/// The header lines of a message (RFC 9112, section 5), read strictly: a bare LF or CR, folded lines, white space before a colon and control characters are refused.
/// Lines stay where they are, as positions, so that they are passed on by copying bytes.
/// </summary>
internal sealed class FieldLines(int mostLines)
{
    private Field[] _fields = new Field[16];

    public int Count { get; private set; }

    public ReadOnlySpan<Field> All => _fields.AsSpan(0, Count);

    /// <summary>Content-Length, when there is one.</summary>
    public long? ContentLength { get; private set; }

    public bool Chunked { get; private set; }

    /// <summary>The Connection field says so.</summary>
    public bool SaysClose { get; private set; }

    public bool SaysKeepAlive { get; private set; }

    /// <summary>The Connection field names others, which are of this hop only.</summary>
    public bool Nominates { get; private set; }

    public bool TooMany { get; private set; }

    public string Error { get; private set; } = "";

    /// <param name="head">The message from its first byte.</param>
    /// <param name="position">Of the first header line; then, when done, behind the empty line.</param>
    /// <param name="minor">Of the version: HTTP/1.0 knows no transfer coding.</param>
    public HeadResult Parse(ReadOnlySpan<byte> head, ref int position, int minor)
    {
        Count = 0;
        ContentLength = null;
        Chunked = SaysClose = SaysKeepAlive = Nominates = TooMany = false;
        int at = position;
        while (true)
        {
            int length = Line.Next(head[at..], out var line);
            if (length == 0) return HeadResult.NeedMore;
            if (length < 0) return Refuse("a line that ends without CR");
            if (line.IsEmpty) break;
            if (Count == mostLines)
            {
                TooMany = true;
                return Refuse("too many header lines");
            }
            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(Tokens.Bytes)) return Refuse("a header line without a proper name");
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (value.ContainsAnyExcept(Line.ValueBytes)) return Refuse("a control character in a header");
            var kind = FieldNames.KindOf(line[..colon]);
            if (kind is >= FieldKind.ContentLength and <= FieldKind.Connection && !Apply(kind, value, minor)) return HeadResult.Malformed;
            if (Count == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
            int valueStart = at + colon + 1 + line[(colon + 1)..].IndexOfAnyExcept(" \t"u8);
            _fields[Count++] = new Field(at, colon, valueStart, value.Length, length, kind);
            at += length;
        }
        position = at + 2;
        return Chunked && ContentLength is not null ? Refuse("both Content-Length and Transfer-Encoding") : HeadResult.Done;
    }

    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> head, scoped in Field field) => head.Slice(field.Start, field.NameLength);

    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> head, scoped in Field field) => field.ValueLength == 0 ? default : head.Slice(field.ValueStart, field.ValueLength);

    /// <summary>Whether the Connection field names this one as of this hop only.</summary>
    public bool IsNominated(ReadOnlySpan<byte> head, scoped in Field field)
    {
        if (!Nominates) return false;
        var name = NameOf(head, field);
        foreach (ref readonly var other in All)
        {
            if (other.Kind != FieldKind.Connection) continue;
            var value = ValueOf(head, other);
            foreach (var range in value.Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(value[range].Trim(" \t"u8), name)) return true;
            }
        }
        return false;
    }

    private bool Apply(FieldKind kind, ReadOnlySpan<byte> value, int minor)
    {
        switch (kind)
        {
            case FieldKind.ContentLength:
                if (ContentLength is not null) return Refuse("several Content-Length") == HeadResult.Done;
                if (!Line.TryParseLength(value, out long length)) return Refuse("Content-Length is not a number") == HeadResult.Done;
                ContentLength = length;
                return true;
            case FieldKind.TransferEncoding:
                if (Chunked || minor == 0 || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) return Refuse("Transfer-Encoding is not chunked alone") == HeadResult.Done;
                Chunked = true;
                return true;
            default:
                ApplyConnection(value);
                return true;
        }
    }

    private void ApplyConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var token = value[range].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(token, "close"u8)) SaysClose = true;
            else if (Ascii.EqualsIgnoreCase(token, "keep-alive"u8)) SaysKeepAlive = true;
            else if (!token.IsEmpty) Nominates = true;
        }
    }

    private HeadResult Refuse(string error)
    {
        Error = error;
        return HeadResult.Malformed;
    }
}
