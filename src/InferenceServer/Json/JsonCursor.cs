using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Canario.InferenceServer.Http;

namespace Canario.InferenceServer.Json;

/// <summary>Walks over a complete JSON text in memory. Strict as RFC 8259; every error is a <see cref="RequestException"/> that tells the place.</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> text, int maximumStringBytes)
{
    /// <summary>Deeper values are refused: no request has a use for them and they cost stack.</summary>
    public const int MaximumDepth = 64;

    private static readonly SearchValues<byte> s_stringEnds = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(i => (byte)i)]);

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly int _maximumStringBytes = maximumStringBytes;

    public int Position { get; set; }

    public readonly int Length => _text.Length;

    /// <summary>The whole text.</summary>
    public readonly ReadOnlySpan<byte> Text => _text;

    /// <summary>The rest of the text from the current place.</summary>
    public readonly ReadOnlySpan<byte> Rest => _text[Position..];

    /// <summary>From <paramref name="start"/> to the current place.</summary>
    public readonly ReadOnlySpan<byte> Slice(int start) => _text[start..Position];

    /// <summary>The next byte that is no white space, without taking it; 0 at the end.</summary>
    public byte Peek()
    {
        int i = Position;
        while ((uint)i < (uint)_text.Length && _text[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') i++;
        Position = i;
        return (uint)i < (uint)_text.Length ? _text[i] : (byte)0;
    }

    public bool TryTake(char expected)
    {
        if (Peek() != expected) return false;
        Position++;
        return true;
    }

    public void Take(char expected)
    {
        if (!TryTake(expected)) throw Unexpected($"'{expected}'");
    }

    /// <summary>After an element: true when another follows, false when <paramref name="end"/> was taken.</summary>
    public bool TakeNext(char end)
    {
        byte next = Peek();
        Position++;
        if (next == ',') return true;
        if (next == end) return false;
        Position--;
        throw Unexpected($"',' or '{end}'");
    }

    public void TakeEnd()
    {
        if (Peek() != 0 || Position < _text.Length) throw Unexpected("the end");
    }

    public bool TryTakeLiteral(ReadOnlySpan<byte> literal)
    {
        Peek();
        if (!Rest.StartsWith(literal)) return false;
        Position += literal.Length;
        return true;
    }

    /// <summary>Scans a number; <paramref name="token"/> begins at its first byte.</summary>
    public ScannedNumber TakeNumber(out ReadOnlySpan<byte> token)
    {
        Peek();
        token = Rest;
        if (!NumberScanner.TryScan(token, out ScannedNumber number)) throw Unexpected("a number");
        Position += number.Length;
        return number;
    }

    /// <summary>The unescaped UTF-8 of a string: a slice of the text where it has no escapes.</summary>
    public ReadOnlySpan<byte> TakeString()
    {
        Take('"');
        ReadOnlySpan<byte> rest = Rest;
        int end = rest.IndexOfAny(s_stringEnds);
        if (end < 0) throw Unterminated();
        if (rest[end] == '"')
        {
            ReadOnlySpan<byte> plain = rest[..end];
            if (plain.Length > _maximumStringBytes) throw TooLong();
            if (!Utf8.IsValid(plain)) throw Invalid("a string is not UTF-8");
            Position += end + 1;
            return plain;
        }

        return TakeEscaped();
    }

    public string TakeText() => Encoding.UTF8.GetString(TakeString());

    /// <summary>Passes over any value, checking it.</summary>
    public void Skip(int depth = 0)
    {
        if (depth > MaximumDepth) throw Invalid($"values are nested deeper than {MaximumDepth}");
        switch (Peek())
        {
            case (byte)'{':
                Position++;
                if (TryTake('}')) return;
                do
                {
                    TakeString();
                    Take(':');
                    Skip(depth + 1);
                }
                while (TakeNext('}'));
                return;
            case (byte)'[':
                Position++;
                if (TryTake(']')) return;
                do Skip(depth + 1);
                while (TakeNext(']'));
                return;
            case (byte)'"':
                TakeString();
                return;
            case (byte)'t' when TryTakeLiteral("true"u8):
            case (byte)'f' when TryTakeLiteral("false"u8):
            case (byte)'n' when TryTakeLiteral("null"u8):
                return;
            default:
                TakeNumber(out _);
                return;
        }
    }

    public readonly RequestException Invalid(string what) => RequestException.Bad($"the body is not usable JSON at byte {Position}: {what}");

    private readonly RequestException Unexpected(string expected) => Position >= _text.Length
        ? Invalid($"{expected} expected, the text ends")
        : Invalid($"{expected} expected");

    private readonly RequestException Unterminated() => Invalid("a string does not end");

    private readonly RequestException TooLong() => Invalid($"a string is longer than {_maximumStringBytes} bytes");

    private ReadOnlySpan<byte> TakeEscaped()
    {
        var unescaped = new ArrayBufferWriter<byte>(64);
        while (true)
        {
            ReadOnlySpan<byte> rest = Rest;
            int plain = rest.IndexOfAny(s_stringEnds);
            if (plain < 0) throw Unterminated();
            unescaped.Write(rest[..plain]);
            if (unescaped.WrittenCount > _maximumStringBytes) throw TooLong();
            Position += plain;
            byte end = rest[plain];
            if (end < 0x20) throw Invalid("a control character in a string");
            Position++;
            if (end == '"') break;
            TakeEscape(unescaped);
        }

        if (!Utf8.IsValid(unescaped.WrittenSpan)) throw Invalid("a string is not UTF-8");
        return unescaped.WrittenSpan;
    }

    private void TakeEscape(ArrayBufferWriter<byte> unescaped)
    {
        if (Position >= _text.Length) throw Unterminated();
        byte escape = _text[Position++];
        if (escape == 'u')
        {
            char high = TakeHex();
            Rune rune;
            if (char.IsHighSurrogate(high) && Rest.StartsWith("\\u"u8))
            {
                Position += 2;
                if (!Rune.TryCreate(high, TakeHex(), out rune)) throw Invalid("half a surrogate pair in a string");
            }
            else if (!Rune.TryCreate(high, out rune))
            {
                throw Invalid("half a surrogate pair in a string");
            }

            unescaped.Advance(rune.EncodeToUtf8(unescaped.GetSpan(4)));
            return;
        }

        byte plain = escape switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => escape,
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => throw Invalid("an unknown escape in a string"),
        };
        unescaped.GetSpan(1)[0] = plain;
        unescaped.Advance(1);
    }

    private char TakeHex()
    {
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            if (Position >= _text.Length || !char.IsAsciiHexDigit((char)_text[Position])) throw Invalid("\\u needs four hex digits");
            value = value << 4 | Convert.ToInt32(((char)_text[Position++]).ToString(), 16);
        }

        return (char)value;
    }
}
