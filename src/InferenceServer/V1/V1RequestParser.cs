using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;

namespace Canario.InferenceServer.V1;

/// <summary>Reads <c>{"instances": [row, …]}</c> of the V1 protocol for a model with one input: each row is nested by the input's shape without its first dimension.</summary>
internal static class V1RequestParser
{
    public static void Parse(ref JsonCursor cursor, InferenceCall call, RequestLimits limits)
    {
        InputTensor input = call.Inputs.Length == 1
            ? call.Inputs[0]
            : throw RequestException.Bad($"rows of tensors are for models with one input; this one takes {TensorNames.List(call.Inputs.Select(i => i.Info.Name))}: send them to the V2 path");
        long[] row = [.. input.Info.Shape.Skip(1)];
        if (input.Info.Shape.Count == 0 || row.Any(size => size < 0))
            throw RequestException.Bad($"input '{input.Info.Name}' has shape [{string.Join(',', input.Info.Shape)}]: rows have no fixed size; send it to the V2 path");

        bool seen = false;
        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> name = cursor.TakeString();
                cursor.Take(':');
                if (!name.SequenceEqual("instances"u8))
                {
                    cursor.Skip();
                    continue;
                }

                if (seen) throw RequestException.Bad("'instances' is given twice");
                seen = true;
                ParseRows(ref cursor, call, input, row, limits);
            }
            while (cursor.TakeNext('}'));
        }

        cursor.TakeEnd();
        if (!seen) throw RequestException.Bad("'instances' is missing: it takes an array of rows");
        long[] shape = [call.Rows, .. row];
        ShapeCheck.Require(input.Info, shape, limits.MaximumRows);
        input.SetShape(shape);
    }

    private static void ParseRows(ref JsonCursor cursor, InferenceCall call, InputTensor input, long[] row, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) throw RequestException.Bad("no rows are given");
        int offset = 0;
        do
        {
            if (call.Rows == limits.MaximumRows) throw RequestException.Bad($"at most {limits.MaximumRows} rows are taken in one request");
            V2DataReader.ReadRow(ref cursor, input, row, ref offset);
            call.Rows++;
        }
        while (cursor.TakeNext(']'));
    }
}
