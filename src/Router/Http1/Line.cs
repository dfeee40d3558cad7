using System.Buffers;

namespace Canario.Router.Http1;

/// <summary>What all readers of HTTP/1.1 here agree on.</summary>
internal static class Line
{
    /// <summary>Tab, visible ASCII and the obs-text bytes that are sent for names in other alphabets.</summary>
    public static readonly SearchValues<byte> ValueBytes =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b), .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    /// <param name="data">From the line's first byte.</param>
    /// <param name="line">Without its CRLF.</param>
    /// <returns>The length with CRLF; 0: no end of line yet; -1: a line feed without the CR before it.</returns>
    public static int Next(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> line)
    {
        int end = data.IndexOf((byte)'\n');
        line = default;
        if (end < 0) return 0;
        if (end == 0 || data[end - 1] != '\r') return -1;
        line = data[..(end - 1)];
        return end + 1;
    }

    /// <summary>Digits alone: no sign, no space, no list; 18 of them cannot overflow.</summary>
    public static bool TryParseLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        if (value.Length is 0 or > 18) return false;
        foreach (byte b in value)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            length = length * 10 + (b - '0');
        }
        return true;
    }
}
