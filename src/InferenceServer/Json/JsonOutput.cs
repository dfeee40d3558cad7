using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;

namespace Canario.InferenceServer.Json;

/// <summary>A buffer that JSON is written into by hand; used again for the next response.</summary>
internal sealed class JsonOutput
{
    // A buffer that grew beyond this for one response is not kept.
    private const int KeptBytes = 1 << 20;
    private const int LongestNumber = 64;

    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear()
    {
        if (_bytes.Length > KeptBytes) _bytes = new byte[1024];
        _length = 0;
    }

    public JsonOutput Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        _length += json.Length;
        return this;
    }

    public JsonOutput Number<T>(T value) where T : IUtf8SpanFormattable
    {
        value.TryFormat(Reserve(LongestNumber), out int written, default, CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>The shortest text that reads back as the same value. JSON has no NaN: null; nor infinities: numbers too large for the type, which parsers read as infinite.</summary>
    public JsonOutput Real<T>(T value) where T : IFloatingPointIeee754<T>
    {
        if (T.IsFinite(value)) return Number(value);
        if (T.IsNaN(value)) return Raw("null"u8);
        return Raw(T.IsPositive(value) ? "1e999"u8 : "-1e999"u8);
    }

    public JsonOutput Text(string value)
    {
        Raw("\""u8);
        // The relaxed encoder escapes what JSON demands; the answer is never embedded in HTML. It answers the same string when nothing is to escape.
        string escaped = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value);
        _length += Encoding.UTF8.GetBytes(escaped, Reserve(Encoding.UTF8.GetMaxByteCount(escaped.Length)));
        return Raw("\""u8);
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + count)));
        return _bytes.AsSpan(_length);
    }
}
