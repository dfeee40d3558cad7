using System.Text;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>
/// Reads an infer request of the Open Inference Protocol straight into tensor memory. Members may come in any order; a tensor's data that
/// comes before its name, shape and datatype is passed over and read afterwards.
/// </summary>
internal static class V2RequestParser
{
    private const int MaximumRank = 32;

    public static V2Request Parse(ref JsonCursor cursor, InferenceCall call, IReadOnlyList<ValueInfo> outputs, RequestLimits limits)
    {
        string? id = null;
        int[]? selected = null;
        bool inputsSeen = false;
        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> name = cursor.TakeString();
                cursor.Take(':');
                if (name.SequenceEqual("inputs"u8))
                {
                    if (inputsSeen) throw RequestException.Bad("'inputs' is given twice");
                    inputsSeen = true;
                    ParseInputs(ref cursor, call, limits);
                }
                else if (name.SequenceEqual("id"u8) && cursor.Peek() == '"')
                {
                    id = cursor.TakeText();
                }
                else if (name.SequenceEqual("outputs"u8) && cursor.Peek() == '[')
                {
                    selected = ParseOutputs(ref cursor, outputs);
                }
                else
                {
                    cursor.Skip();
                }
            }
            while (cursor.TakeNext('}'));
        }

        cursor.TakeEnd();
        if (!inputsSeen) throw RequestException.Bad("'inputs' is missing: it takes an array of tensors");
        foreach (InputTensor input in call.Inputs)
        {
            if (!input.Given)
                throw RequestException.Bad($"input '{input.Info.Name}' is missing; the model takes {TensorNames.List(call.Inputs.Select(i => i.Info.Name))}");
        }

        return new V2Request(id, selected);
    }

    private static void ParseInputs(ref JsonCursor cursor, InferenceCall call, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) return;
        do ParseInput(ref cursor, call, limits);
        while (cursor.TakeNext(']'));
    }

    private static void ParseInput(ref JsonCursor cursor, InferenceCall call, RequestLimits limits)
    {
        InputTensor? input = null;
        bool datatypeSeen = false;
        bool dataRead = false;
        int dataAt = -1;
        string? datatype = null;
        Span<long> shape = stackalloc long[MaximumRank];
        int rank = -1;

        cursor.Take('{');
        if (!cursor.TryTake('}'))
        {
            do
            {
                ReadOnlySpan<byte> member = cursor.TakeString();
                cursor.Take(':');
                if (member.SequenceEqual("name"u8))
                {
                    input = FindInput(call, cursor.TakeString());
                }
                else if (member.SequenceEqual("datatype"u8))
                {
                    ReadOnlySpan<byte> given = cursor.TakeString();
                    datatypeSeen = true;
                    if (input is null || !IsDatatype(given, input.Type)) datatype = Encoding.UTF8.GetString(given);
                }
                else if (member.SequenceEqual("shape"u8))
                {
                    rank = ParseShape(ref cursor, shape);
                }
                else if (member.SequenceEqual("data"u8))
                {
                    if (dataAt >= 0) throw RequestException.Bad("'data' of an input is given twice");
                    cursor.Peek();
                    dataAt = cursor.Position;
                    if (input is not null && rank >= 0 && datatypeSeen)
                    {
                        ReadData(ref cursor, input, shape[..rank], datatype, limits);
                        dataRead = true;
                    }
                    else
                    {
                        cursor.Skip();
                    }
                }
                else
                {
                    cursor.Skip();
                }
            }
            while (cursor.TakeNext('}'));
        }

        if (input is null) throw RequestException.Bad("an input has no 'name'");
        if (rank < 0) throw RequestException.Bad($"input '{input.Info.Name}' has no 'shape'");
        if (!datatypeSeen) throw RequestException.Bad($"input '{input.Info.Name}' has no 'datatype'; the model takes {Datatypes.NameOf(input.Type)}");
        if (dataAt < 0) throw RequestException.Bad($"input '{input.Info.Name}' has no 'data'");
        if (dataRead) return;
        int end = cursor.Position;
        cursor.Position = dataAt;
        ReadData(ref cursor, input, shape[..rank], datatype, limits);
        cursor.Position = end;
    }

    private static bool IsDatatype(ReadOnlySpan<byte> given, TensorElementType type)
    {
        string expected = Datatypes.NameOf(type);
        return Ascii.Equals(given, expected);
    }

    private static InputTensor FindInput(InferenceCall call, ReadOnlySpan<byte> name)
    {
        foreach (InputTensor input in call.Inputs)
        {
            if (!TensorNames.Equal(name, input.Info.Name)) continue;
            if (input.Given) throw RequestException.Bad($"input '{input.Info.Name}' is given twice");
            input.Given = true;
            return input;
        }

        throw RequestException.Bad(
            $"the model has no input {TensorNames.Quote(name)}; it takes {TensorNames.List(call.Inputs.Select(i => i.Info.Name))}");
    }

    private static int ParseShape(ref JsonCursor cursor, scoped Span<long> shape)
    {
        int rank = 0;
        cursor.Take('[');
        if (cursor.TryTake(']')) return 0;
        do
        {
            if (rank == MaximumRank) throw RequestException.Bad($"a shape has more than {MaximumRank} dimensions");
            ScannedNumber number = cursor.TakeNumber(out ReadOnlySpan<byte> token);
            if (!NumberScanner.TryToWhole(token, number, 0, int.MaxValue, out Int128 size))
                throw cursor.Invalid($"a dimension is a whole number from 0 to {int.MaxValue}");
            shape[rank++] = (long)size;
        }
        while (cursor.TakeNext(']'));
        return rank;
    }

    private static void ReadData(ref JsonCursor cursor, InputTensor input, scoped ReadOnlySpan<long> shape, string? datatype, RequestLimits limits)
    {
        // Null, or a name given before the input was known, or a wrong one.
        if (datatype is not null && datatype != Datatypes.NameOf(input.Type))
            throw RequestException.Bad($"input '{input.Info.Name}' is given as {TensorNames.Quote(datatype)}; the model takes {Datatypes.NameOf(input.Type)}");
        ShapeCheck.Require(input.Info, shape, limits.MaximumRows);

        long count = 1;
        foreach (long size in shape)
        {
            count *= size;
            // An element takes at least one byte of the body, so a larger shape is a lie; refusing it here bounds the memory.
            if (count > cursor.Length)
                throw RequestException.Bad($"input '{input.Info.Name}': shape [{string.Join(',', shape.ToArray())}] has more elements than 'data'");
        }

        input.SetShape(shape);
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

    private static int[] ParseOutputs(ref JsonCursor cursor, IReadOnlyList<ValueInfo> outputs)
    {
        var selected = new List<int>();
        cursor.Take('[');
        // An empty list asks for nothing in particular: all.
        if (cursor.TryTake(']')) return [.. Enumerable.Range(0, outputs.Count)];
        do
        {
            cursor.Take('{');
            int index = -1;
            if (!cursor.TryTake('}'))
            {
                do
                {
                    ReadOnlySpan<byte> member = cursor.TakeString();
                    cursor.Take(':');
                    if (member.SequenceEqual("name"u8)) index = FindOutput(cursor.TakeString(), outputs);
                    else cursor.Skip();
                }
                while (cursor.TakeNext('}'));
            }

            if (index < 0) throw RequestException.Bad("an entry of 'outputs' has no 'name'");
            if (selected.Contains(index)) throw RequestException.Bad($"output '{outputs[index].Name}' is asked for twice");
            selected.Add(index);
        }
        while (cursor.TakeNext(']'));
        return [.. selected];
    }

    private static int FindOutput(ReadOnlySpan<byte> name, IReadOnlyList<ValueInfo> outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            if (TensorNames.Equal(name, outputs[i].Name)) return i;
        }

        throw RequestException.Bad($"the model has no output {TensorNames.Quote(name)}; it gives {TensorNames.List(outputs.Select(o => o.Name))}");
    }
}
