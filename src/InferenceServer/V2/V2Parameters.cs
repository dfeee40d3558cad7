using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;

namespace Canario.InferenceServer.V2;

/// <summary>The members of a <c>parameters</c> object that the binary tensor data extension defines. Others are passed over.</summary>
/// <param name="BinaryDataSize">Of an input: bytes of its data after the JSON.</param>
/// <param name="BinaryData">Of an output: wanted as raw bytes.</param>
/// <param name="BinaryDataOutput">Of the request: what holds for outputs that do not say.</param>
internal readonly record struct V2Parameters(long? BinaryDataSize, bool? BinaryData, bool? BinaryDataOutput)
{
    public static V2Parameters Parse(ref JsonCursor cursor, string owner)
    {
        if (cursor.Peek() != '{') throw RequestException.Bad($"'parameters' of {owner} takes an object");
        long? size = null;
        bool? data = null;
        bool? output = null;
        cursor.Take('{');
        if (cursor.TryTake('}')) return default;
        do
        {
            ReadOnlySpan<byte> name = cursor.TakeString();
            cursor.Take(':');
            if (name.SequenceEqual("binary_data_size"u8)) size = TakeSize(ref cursor);
            else if (name.SequenceEqual("binary_data"u8)) data = TakeBoolean(ref cursor, "binary_data");
            else if (name.SequenceEqual("binary_data_output"u8)) output = TakeBoolean(ref cursor, "binary_data_output");
            else cursor.Skip(1);
        }
        while (cursor.TakeNext('}'));
        return new V2Parameters(size, data, output);
    }

    private static long? TakeSize(ref JsonCursor cursor)
    {
        if (cursor.TryTakeLiteral("null"u8)) return null;
        if (cursor.Peek() is not (byte)'-' and (< (byte)'0' or > (byte)'9')) throw cursor.Invalid("'binary_data_size' takes a number of bytes");
        ScannedNumber number = cursor.TakeNumber(out ReadOnlySpan<byte> token);
        if (!NumberScanner.TryToWhole(token, number, 0, int.MaxValue, out Int128 size)) throw cursor.Invalid($"'binary_data_size' takes a whole number from 0 to {int.MaxValue}");
        return (long)size;
    }

    private static bool? TakeBoolean(ref JsonCursor cursor, string name)
    {
        if (cursor.TryTakeLiteral("null"u8)) return null;
        if (cursor.TryTakeLiteral("true"u8)) return true;
        if (cursor.TryTakeLiteral("false"u8)) return false;
        throw cursor.Invalid($"'{name}' takes true or false");
    }
}
