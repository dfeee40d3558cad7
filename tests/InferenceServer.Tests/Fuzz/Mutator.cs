using System.Text;

namespace Canario.InferenceServer.Tests.Fuzz;

#pragma warning disable CA5394 // A seeded walk.
/// <summary>Makes requests that are nearly right. The same seed makes the same ones.</summary>
internal sealed class Mutator(int seed)
{
    private const int MaximumBytes = 64 << 10;

    // What readers of numbers, texts and nestings have stumbled over.
    private static readonly byte[][] s_tokens =
    [
        .. new[]
        {
            "1e999", "-1e999", "1e-400", "-0", "-0.0", "00", "1.", ".5", "+1", "0x10", "NaN", "Infinity", "null", "true", "false", "\"\"", "{}", "[]", "[[]]", ",", ":", "}}", "]]", "//", "\t",
            "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "4294967296", "2147483648", "-1", "0.1e", "1E+", "123456789012345678901234567890.5",
            "\\u0000", "\\ud800", "\\udc00\\ud800", "\\x", "\\\"", "\u00e9", "\u20ac", "\U0001f427", "\ufeff", "\u0000",
            "\"datatype\":\"INT64\"", "\"datatype\":\"BYTES\"", "\"shape\":[-1]", "\"shape\":[0]", "\"shape\":[1099511627776,1099511627776]", "\"shape\":[]", "\"binary_data_size\":4294967297",
            "\"binary_data\":true", "\"name\":\"input\"", "\"id\":", "\"parameters\":{\"a\":{\"b\":1}}", "\"__proto__\":1", "\n", "\r\n", "\n\n{}\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x0A, 0x80, 0x80, 0x80, 0x80, 0x08],
        Encoding.UTF8.GetBytes(new string('[', 200)), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100))), Encoding.UTF8.GetBytes(new string('9', 400)), Encoding.UTF8.GetBytes("\"" + new string('x', 5000) + "\""),
    ];

    private readonly Random _random = new(seed);

    public int Next(int end) => _random.Next(end);

    /// <returns>Never the seed's own bytes: an edit may change none, or take another back, and is followed by one more.</returns>
    public byte[] Mutate(byte[] seedBody, IReadOnlyList<byte[]> others)
    {
        byte[] body = seedBody;
        // Half of them are one edit from right: more edits mostly end at the parser.
        int edits = _random.Next(2) == 0 ? 1 : _random.Next(2, 5);
        for (int done = 0; done < edits || body.AsSpan().SequenceEqual(seedBody); done++) body = Edit(body, others);
        return body.Length <= MaximumBytes ? body : body[..MaximumBytes];
    }

    private byte[] Edit(byte[] body, IReadOnlyList<byte[]> others)
    {
        int at = _random.Next(body.Length + 1);
        int end = _random.Next(at, Math.Min(body.Length, at + 1 + _random.Next(64)) + 1);
        switch (_random.Next(8))
        {
            case 0 when at < body.Length:
                return [.. body[..at], (byte)_random.Next(256), .. body[(at + 1)..]];
            case 1 when at < body.Length:
                return [.. body[..at], (byte)(body[at] ^ (1 << _random.Next(8))), .. body[(at + 1)..]];
            case 2:
                return [.. body[..at], .. body[end..]];
            case 3:
                return [.. body[..end], .. body[at..]];
            case 4:
                return body[..at];
            case 5:
                byte[] other = others[_random.Next(others.Count)];
                return [.. body[..at], .. other[_random.Next(other.Length + 1)..]];
            case 6:
                return [.. body[..at], .. Token(), .. body[end..]];
            default:
                return [.. body[..at], .. Token(), .. body[at..]];
        }
    }

    private byte[] Token() => s_tokens[_random.Next(s_tokens.Length)];
}
#pragma warning restore CA5394
