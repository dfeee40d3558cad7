using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Canario.InferenceServer.Tests;

/// <summary>Elements of a tensor as JSON values, and as the bits that those stand for. It reads by .NET's own parsers, not by the server's.</summary>
internal static class ElementBits
{
    /// <summary>The extremes of a datatype, and what lies next to them, as JSON.</summary>
    public static string[] ExtremesOf(string datatype) => datatype switch
    {
        "BOOL" => ["true", "false"],
        "INT8" => Whole<sbyte>(),
        "INT16" => Whole<short>(),
        "INT32" => Whole<int>(),
        "INT64" => Whole<long>(),
        "UINT8" => Whole<byte>(),
        "UINT16" => Whole<ushort>(),
        "UINT32" => Whole<uint>(),
        "UINT64" => Whole<ulong>(),
        "FP16" => [.. Patterns<ushort>(0x03FF, 0x0400, 0x7BFF, 0x2E66).Select(bits => Text(BitConverter.UInt16BitsToHalf(bits)))],
        "BF16" => [.. Patterns<ushort>(0x007F, 0x0080, 0x7F7F, 0x3DCD).Select(bits => Text(BitConverter.UInt32BitsToSingle((uint)bits << 16)))],
        "FP32" => [.. Patterns<uint>(0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x3DCC_CCCD).Select(bits => Text(BitConverter.UInt32BitsToSingle(bits)))],
        "FP64" => [.. Patterns<ulong>(0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF, 0x3FB9_9999_9999_999A).Select(bits => Text(BitConverter.UInt64BitsToDouble(bits)))],
        "BYTES" => ["\"\"", "\"a\"", "\"añil\"", "\"\\\"\\\\\\n\\u0001\"", "\"\U0001f424\""],
        _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
    };

    /// <summary>The raw form of one element.</summary>
    public static byte[] Of(string datatype, string json) => datatype switch
    {
        "BOOL" => [bool.Parse(json) ? (byte)1 : (byte)0],
        "INT8" => Bits<sbyte>(json),
        "INT16" => Bits<short>(json),
        "INT32" => Bits<int>(json),
        "INT64" => Bits<long>(json),
        "UINT8" => Bits<byte>(json),
        "UINT16" => Bits<ushort>(json),
        "UINT32" => Bits<uint>(json),
        "UINT64" => Bits<ulong>(json),
        "FP16" => Bits<Half>(json),
        "FP32" => Bits<float>(json),
        "FP64" => Bits<double>(json),
        // The upper half of a float; a lower one that is not zero was no bfloat16.
        "BF16" => Bits<float>(json) is [0, 0, byte low, byte high] ? [low, high] : throw new FormatException($"{json} is no bfloat16"),
        "BYTES" => Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(json)!) is var utf8 ? [.. BitConverter.GetBytes(utf8.Length), .. utf8] : [],
        _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
    };

    public static byte[] Of(string datatype, IEnumerable<string> json) => [.. json.SelectMany(text => Of(datatype, text))];

    private static string[] Whole<T>() where T : IBinaryInteger<T>, IMinMaxValue<T> =>
        [.. new[] { T.MinValue, T.MinValue + T.One, T.Zero, T.One, T.MaxValue / (T.One + T.One), T.MaxValue - T.One, T.MaxValue }.Select(Text)];

    /// <summary>Zero and the smallest number beside those given, each with the sign bit and without.</summary>
    private static T[] Patterns<T>(params T[] more) where T : IBinaryInteger<T>, IMinMaxValue<T> =>
        [.. new[] { T.Zero, T.One }.Concat(more).SelectMany(bits => new[] { bits, bits | (T.MaxValue ^ (T.MaxValue >> 1)) })];

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static byte[] Bits<T>(string json) where T : unmanaged, INumber<T>
    {
        NumberStyles styles = T.IsInteger(T.One / (T.One + T.One)) ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return MemoryMarshal.AsBytes<T>([T.Parse(json, styles, CultureInfo.InvariantCulture)]).ToArray();
    }
}
