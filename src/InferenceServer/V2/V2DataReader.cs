using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>Reads <c>data</c>, nested by its shape or flat in row-major order, into an input whose shape is set.</summary>
internal static class V2DataReader
{
    public static void Read(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape)
        {
            count *= size;
            // An element takes at least one byte of the body, so a larger shape is a lie; refusing it here bounds the memory.
            if (count > cursor.Length)
                throw RequestException.Bad($"input '{input.Info.Name}': shape [{string.Join(',', shape.ToArray())}] has more elements than 'data'");
        }

        // At once, not row by row.
        if (input.Type != TensorElementType.String) input.Elements<byte>((int)count);
        int start = cursor.Position;
        cursor.Take('[');
        bool nested = shape.Length > 1 && cursor.Peek() == '[';
        cursor.Position = start;
        if (nested)
        {
            int offset = 0;
            ReadNested(ref cursor, input, shape, 0, ref offset);
        }
        else
        {
            ReadFlat(ref cursor, input, shape, 0, (int)count);
        }
    }

    /// <summary>Reads one row, nested by <paramref name="row"/>; a row without dimensions is a bare element.</summary>
    public static void ReadRow(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> row, ref int offset)
    {
        if (row.IsEmpty) ElementJson.Read(ref cursor, input, offset++, 1);
        else ReadNested(ref cursor, input, row, 0, ref offset);
    }

    private static void ReadNested(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape, int dimension, ref int offset)
    {
        if (dimension == shape.Length - 1)
        {
            ReadFlat(ref cursor, input, shape, offset, (int)shape[dimension]);
            offset += (int)shape[dimension];
            return;
        }

        cursor.Take('[');
        for (long i = 0; i < shape[dimension]; i++)
        {
            if (i > 0) TakeSeparator(ref cursor, input, shape);
            ReadNested(ref cursor, input, shape, dimension + 1, ref offset);
        }

        TakeClose(ref cursor, input, shape);
    }

    private static void ReadFlat(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape, int offset, int count)
    {
        cursor.Take('[');
        if (count > 0 && cursor.Peek() == ']') throw WrongCount(input, shape);
        ElementJson.Read(ref cursor, input, offset, count);
        TakeClose(ref cursor, input, shape);
    }

    private static void TakeSeparator(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape)
    {
        if (cursor.Peek() == ']') throw WrongCount(input, shape);
        cursor.Take(',');
    }

    private static void TakeClose(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape)
    {
        if (cursor.Peek() == ',') throw WrongCount(input, shape);
        cursor.Take(']');
    }

    private static RequestException WrongCount(InputTensor input, ReadOnlySpan<long> shape) =>
        RequestException.Bad($"input '{input.Info.Name}': 'data' has not the number of elements of shape [{string.Join(',', shape.ToArray())}]");
}
