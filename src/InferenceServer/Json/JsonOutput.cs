using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using Canario.InferenceServer.Buffers;

namespace Canario.InferenceServer.Json;

/// <summary>A buffer that JSON is written into by hand.</summary>
internal sealed class JsonOutput : ByteBuffer
{
    private const int LongestNumber = 64;

    public JsonOutput Raw(ReadOnlySpan<byte> json)
    {
        Append(json);
        return this;
    }

    public JsonOutput Number<T>(T value) where T : IUtf8SpanFormattable
    {
        value.TryFormat(Reserve(LongestNumber), out int written, default, CultureInfo.InvariantCulture);
        Advance(written);
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
        Advance(Encoding.UTF8.GetBytes(escaped, Reserve(Encoding.UTF8.GetMaxByteCount(escaped.Length))));
        return Raw("\""u8);
    }
}
