using System.Globalization;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>Reads and writes the elements of tensors as JSON values.</summary>
internal static class ElementJson
{
    /// <summary>Reads <paramref name="count"/> elements, separated by commas, into the tensor from <paramref name="offset"/> on.</summary>
    public static void Read(ref JsonCursor cursor, InputTensor tensor, int offset, int count)
    {
        if (count == 0) return;
        int end = offset + count;
        switch (tensor.Type)
        {
            case TensorElementType.Float: NumberArray.Read<float, FloatForm>(ref cursor, tensor, tensor.Elements<float>(end)[offset..], offset); break;
            case TensorElementType.Double: NumberArray.Read<double, DoubleForm>(ref cursor, tensor, tensor.Elements<double>(end)[offset..], offset); break;
            case TensorElementType.Float16: ReadHalves(ref cursor, tensor, tensor.Elements<Half>(end)[offset..], offset); break;
            case TensorElementType.BFloat16: ReadBrainFloats(ref cursor, tensor, tensor.Elements<ushort>(end)[offset..], offset); break;
            case TensorElementType.Bool: ReadBooleans(ref cursor, tensor, tensor.Elements<byte>(end)[offset..], offset); break;
            case TensorElementType.UInt8: ReadWhole(ref cursor, tensor, tensor.Elements<byte>(end)[offset..], offset); break;
            case TensorElementType.UInt16: ReadWhole(ref cursor, tensor, tensor.Elements<ushort>(end)[offset..], offset); break;
            case TensorElementType.UInt32: ReadWhole(ref cursor, tensor, tensor.Elements<uint>(end)[offset..], offset); break;
            case TensorElementType.UInt64: ReadWhole(ref cursor, tensor, tensor.Elements<ulong>(end)[offset..], offset); break;
            case TensorElementType.Int8: ReadWhole(ref cursor, tensor, tensor.Elements<sbyte>(end)[offset..], offset); break;
            case TensorElementType.Int16: ReadWhole(ref cursor, tensor, tensor.Elements<short>(end)[offset..], offset); break;
            case TensorElementType.Int32: ReadWhole(ref cursor, tensor, tensor.Elements<int>(end)[offset..], offset); break;
            case TensorElementType.Int64: ReadWhole(ref cursor, tensor, tensor.Elements<long>(end)[offset..], offset); break;
            case TensorElementType.String: ReadTexts(ref cursor, tensor, tensor.Texts(end)[offset..], offset); break;
            default: throw RequestException.Bad($"input '{tensor.Info.Name}' is of a type that has no JSON form");
        }
    }

    /// <summary>Writes the elements as they lie, separated by commas.</summary>
    public static void Write(JsonOutput output, OnnxValue value, TensorElementType type)
    {
        switch (type)
        {
            case TensorElementType.Float: WriteReals(output, value.Elements<float>()); break;
            case TensorElementType.Double: WriteReals(output, value.Elements<double>()); break;
            case TensorElementType.Float16: WriteReals(output, value.Elements<Half>()); break;
            case TensorElementType.BFloat16: WriteBrainFloats(output, value.Elements<ushort>()); break;
            case TensorElementType.Bool: WriteBooleans(output, value.Elements<byte>()); break;
            case TensorElementType.UInt8: WriteWhole(output, value.Elements<byte>()); break;
            case TensorElementType.UInt16: WriteWhole(output, value.Elements<ushort>()); break;
            case TensorElementType.UInt32: WriteWhole(output, value.Elements<uint>()); break;
            case TensorElementType.UInt64: WriteWhole(output, value.Elements<ulong>()); break;
            case TensorElementType.Int8: WriteWhole(output, value.Elements<sbyte>()); break;
            case TensorElementType.Int16: WriteWhole(output, value.Elements<short>()); break;
            case TensorElementType.Int32: WriteWhole(output, value.Elements<int>()); break;
            case TensorElementType.Int64: WriteWhole(output, value.Elements<long>()); break;
            case TensorElementType.String: WriteTexts(output, value.ReadStrings()); break;
            default: throw new NotSupportedException($"{type} has no JSON form.");
        }
    }

    /// <summary>A bfloat16 is the upper half of a float.</summary>
    public static float FromBrainFloat(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Rounds to nearest, ties to even.</summary>
    public static ushort ToBrainFloat(double value)
    {
        float nearest = (float)value;
        uint bits = BitConverter.SingleToUInt32Bits(nearest);
        if (double.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        // Towards zero, and odd where something was cut off: so rounding again cannot take it for a tie.
        if (nearest != value && float.IsFinite(nearest)) bits = (Math.Abs((double)nearest) > Math.Abs(value) ? bits - 1 : bits) | 1;
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    internal static void TakeComma(ref JsonCursor cursor, InputTensor tensor)
    {
        if (cursor.TryTake(',')) return;
        throw cursor.Peek() == ']'
            ? RequestException.Bad($"input '{tensor.Info.Name}' has fewer elements than shape [{string.Join(',', tensor.Shape.ToArray())}]")
            : cursor.Invalid("',' expected");
    }

    /// <summary>Scans a number; <paramref name="token"/> begins at its first byte.</summary>
    /// <exception cref="RequestException">It is another value, or none.</exception>
    internal static ScannedNumber TakeNumber(ref JsonCursor cursor, InputTensor tensor, int index, out ReadOnlySpan<byte> token) =>
        cursor.Peek() is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? cursor.TakeNumber(out token) : throw Refuse(ref cursor, tensor, index);

    /// <summary>Of the value that comes next.</summary>
    private static RequestException Refuse(ref JsonCursor cursor, InputTensor tensor, int index)
    {
        cursor.Peek();
        int start = cursor.Position;
        // What is no JSON at all is told as that.
        cursor.Skip();
        return tensor.Refuse(index, TensorNames.Quote(cursor.Slice(start)));
    }

    private static void ReadHalves(ref JsonCursor cursor, InputTensor tensor, Span<Half> target, int offset)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) TakeComma(ref cursor, tensor);
            ScannedNumber number = TakeNumber(ref cursor, tensor, offset + i, out ReadOnlySpan<byte> token);
            target[i] = Half.Parse(token[..number.Length], NumberStyles.Float, CultureInfo.InvariantCulture);
        }
    }

    private static void ReadBrainFloats(ref JsonCursor cursor, InputTensor tensor, Span<ushort> target, int offset)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) TakeComma(ref cursor, tensor);
            ScannedNumber number = TakeNumber(ref cursor, tensor, offset + i, out ReadOnlySpan<byte> token);
            target[i] = ToBrainFloat(NumberScanner.ToDouble(token, number));
        }
    }

    private static void ReadBooleans(ref JsonCursor cursor, InputTensor tensor, Span<byte> target, int offset)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) TakeComma(ref cursor, tensor);
            if (cursor.TryTakeLiteral("true"u8)) target[i] = 1;
            else if (cursor.TryTakeLiteral("false"u8)) target[i] = 0;
            else throw Refuse(ref cursor, tensor, offset + i);
        }
    }

    private static void ReadWhole<T>(ref JsonCursor cursor, InputTensor tensor, Span<T> target, int offset)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        (Int128 minimum, Int128 maximum) = Datatypes.WholeRange(tensor.Type)!.Value;
        ReadOnlySpan<byte> text = cursor.Text;
        int at = cursor.Position;
        long low = (long)Int128.Max(minimum, long.MinValue);
        long high = (long)Int128.Min(maximum, long.MaxValue);
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) at = NumberArray.PassComma(ref cursor, tensor, text, at);
            int start = at;
            if (PlainNumber.TryScan(text, ref at, out long mantissa, out int fraction, out bool negative) && fraction == 0)
            {
                long small = negative ? -mantissa : mantissa;
                if (small >= low && small <= high)
                {
                    target[i] = T.CreateTruncating(small);
                    continue;
                }
            }

            cursor.Position = start;
            ScannedNumber number = TakeNumber(ref cursor, tensor, offset + i, out ReadOnlySpan<byte> token);
            if (!NumberScanner.TryToWhole(token, number, minimum, maximum, out Int128 value)) throw tensor.Refuse(offset + i, TensorNames.Quote(token[..number.Length]));
            target[i] = T.CreateTruncating(value);
            at = cursor.Position;
        }

        cursor.Position = at;
    }

    private static void ReadTexts(ref JsonCursor cursor, InputTensor tensor, Span<string> target, int offset)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (i > 0) TakeComma(ref cursor, tensor);
            if (cursor.Peek() != '"') throw Refuse(ref cursor, tensor, offset + i);
            try
            {
                ReadOnlySpan<byte> text = cursor.TakeString();
                if (text.Contains((byte)0)) throw cursor.Invalid("a string with a NUL character, which ONNX Runtime would cut there");
                target[i] = System.Text.Encoding.UTF8.GetString(text);
            }
            catch (RequestException e)
            {
                throw RequestException.Bad($"input '{tensor.Info.Name}', element {offset + i}: {e.Message}");
            }
        }
    }

    private static void WriteReals<T>(JsonOutput output, ReadOnlySpan<T> values) where T : System.Numerics.IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Real(values[i]);
        }
    }

    private static void WriteBrainFloats(JsonOutput output, ReadOnlySpan<ushort> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Real(FromBrainFloat(values[i]));
        }
    }

    private static void WriteBooleans(JsonOutput output, ReadOnlySpan<byte> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Raw(values[i] != 0 ? "true"u8 : "false"u8);
        }
    }

    private static void WriteWhole<T>(JsonOutput output, ReadOnlySpan<T> values) where T : System.Numerics.IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Number(values[i]);
        }
    }

    private static void WriteTexts(JsonOutput output, string[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Text(values[i]);
        }
    }
}
