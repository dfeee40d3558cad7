using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V1;

/// <summary>
/// Reads <c>{"instances": [row, …]}</c> of the V1 protocol for models without named features. A row is an object of the inputs by name, or, of a model with one input, that input's value alone;
/// each value is nested by the input's shape without its first dimension.
/// </summary>
internal static class V1RequestParser
{
    /// <summary>Rows of this input have one size.</summary>
    public static bool HasRows(ValueInfo input) => input.Shape.Count > 0 && input.Shape.Skip(1).All(size => size >= 0);

    public static void Parse(ref JsonCursor cursor, InferenceCall call, RequestLimits limits)
    {
        long[][] shapes = [.. call.Inputs.Select(RowShapeOf)];
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
                ParseRows(ref cursor, call, shapes, limits);
            }
            while (cursor.TakeNext('}'));
        }

        cursor.TakeEnd();
        if (!seen) throw RequestException.Bad("'instances' is missing: it takes an array of rows");
        for (int i = 0; i < shapes.Length; i++)
        {
            long[] shape = [call.Rows, .. shapes[i]];
            ShapeCheck.Require(call.Inputs[i].Info, shape, limits.MaximumRows);
            call.Inputs[i].SetShape(shape);
        }
    }

    private static long[] RowShapeOf(InputTensor input)
    {
        if (!HasRows(input.Info))
            throw RequestException.Bad($"input '{input.Info.Name}' has shape [{string.Join(',', input.Info.Shape)}]: rows have no fixed size; send it to the V2 path");
        long[] row = [.. input.Info.Shape.Skip(1)];
        // For messages, until the number of rows is known.
        input.SetShape([1, .. row]);
        return row;
    }

    private static void ParseRows(ref JsonCursor cursor, InferenceCall call, long[][] shapes, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) throw RequestException.Bad("no rows are given");
        do
        {
            if (call.Rows == limits.MaximumRows) throw RequestException.Bad($"at most {limits.MaximumRows} rows are taken in one request");
            if (cursor.Peek() == '{') ParseObject(ref cursor, call, shapes);
            else if (call.Inputs.Length == 1) ParseValue(ref cursor, call, shapes, 0);
            else throw RequestException.Bad($"row {call.Rows} must be an object of the inputs {TensorNames.List(call.Inputs.Select(input => input.Info.Name))}");
            call.Rows++;
        }
        while (cursor.TakeNext(']'));
    }

    private static void ParseObject(ref JsonCursor cursor, InferenceCall call, long[][] shapes)
    {
        foreach (InputTensor input in call.Inputs) input.Given = false;
        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                InputTensor input = V2RequestParser.TakeInput(call, cursor.TakeString());
                cursor.Take(':');
                ParseValue(ref cursor, call, shapes, Array.IndexOf(call.Inputs, input));
            }
            while (cursor.TakeNext('}'));
        }

        if (Array.Find(call.Inputs, input => !input.Given) is { } missing) throw RequestException.Bad($"row {call.Rows}: input '{missing.Info.Name}' is missing");
    }

    private static void ParseValue(ref JsonCursor cursor, InferenceCall call, long[][] shapes, int input)
    {
        int offset = checked((int)(call.Rows * shapes[input].Aggregate(1L, (product, size) => product * size)));
        V2DataReader.ReadRow(ref cursor, call.Inputs[input], shapes[input], ref offset);
    }
}
