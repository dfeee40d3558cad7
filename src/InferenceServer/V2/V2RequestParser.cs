using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>
/// Reads an infer request of the Open Inference Protocol straight into tensor memory. Members may come in any order. A null is as good as
/// a member that is not there: clients made from schemas send them.
/// </summary>
internal static class V2RequestParser
{
    /// <param name="cursor">Over the JSON.</param>
    /// <param name="binary">What follows the JSON.</param>
    /// <param name="call">Gets the tensors.</param>
    /// <param name="outputs">The model's outputs.</param>
    /// <param name="limits">Of the request.</param>
    public static V2Request Parse(ref JsonCursor cursor, BinarySection binary, InferenceCall call, IReadOnlyList<ValueInfo> outputs, RequestLimits limits)
    {
        string? id = null;
        byte[]? parameters = null;
        bool binaryByDefault = false;
        int[]? selected = null;
        bool?[]? choices = null;
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
                    ParseInputs(ref cursor, ref binary, call, limits);
                }
                else if (cursor.TryTakeLiteral("null"u8))
                {
                }
                else if (name.SequenceEqual("id"u8))
                {
                    if (cursor.Peek() != '"') throw RequestException.Bad("'id' takes a string");
                    id = cursor.TakeText();
                }
                else if (name.SequenceEqual("outputs"u8))
                {
                    if (cursor.Peek() != '[') throw RequestException.Bad("'outputs' takes an array of objects with a 'name'");
                    (selected, choices) = ParseOutputs(ref cursor, outputs);
                }
                else if (name.SequenceEqual("parameters"u8))
                {
                    cursor.Peek();
                    int start = cursor.Position;
                    V2Parameters read = V2Parameters.Parse(ref cursor, "the request");
                    binaryByDefault = read.BinaryDataOutput ?? false;
                    parameters = cursor.Slice(start).ToArray();
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
        binary.RequireEnd();
        RequireEveryInput(call);
        return new V2Request(id, parameters, selected, choices, binaryByDefault);
    }

    public static void RequireEveryInput(InferenceCall call)
    {
        foreach (InputTensor input in call.Inputs)
        {
            if (!input.Given)
                throw RequestException.Bad($"input '{input.Info.Name}' is missing; the model takes {TensorNames.List(call.Inputs.Select(i => i.Info.Name))}");
        }
    }

    public static InputTensor TakeInput(InferenceCall call, ReadOnlySpan<byte> name)
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

    public static int FindOutput(ReadOnlySpan<byte> name, IReadOnlyList<ValueInfo> outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            if (TensorNames.Equal(name, outputs[i].Name)) return i;
        }

        throw RequestException.Bad($"the model has no output {TensorNames.Quote(name)}; it gives {TensorNames.List(outputs.Select(o => o.Name))}");
    }

    private static void ParseInputs(ref JsonCursor cursor, ref BinarySection binary, InferenceCall call, RequestLimits limits)
    {
        cursor.Take('[');
        if (cursor.TryTake(']')) return;
        do V2InputParser.Parse(ref cursor, ref binary, call, limits);
        while (cursor.TakeNext(']'));
    }

    private static (int[]? Selected, bool?[]? Choices) ParseOutputs(ref JsonCursor cursor, IReadOnlyList<ValueInfo> outputs)
    {
        var selected = new List<int>();
        var choices = new List<bool?>();
        cursor.Take('[');
        // An empty list asks for nothing in particular: all.
        if (cursor.TryTake(']')) return (null, null);
        do
        {
            cursor.Take('{');
            int index = -1;
            bool? choice = null;
            if (!cursor.TryTake('}'))
            {
                do
                {
                    ReadOnlySpan<byte> member = cursor.TakeString();
                    cursor.Take(':');
                    if (member.SequenceEqual("name"u8)) index = FindOutput(cursor.TakeString(), outputs);
                    else if (cursor.TryTakeLiteral("null"u8)) continue;
                    else if (member.SequenceEqual("parameters"u8)) choice = V2Parameters.Parse(ref cursor, "an output").BinaryData;
                    else cursor.Skip();
                }
                while (cursor.TakeNext('}'));
            }

            if (index < 0) throw RequestException.Bad("an entry of 'outputs' has no 'name'");
            if (selected.Contains(index)) throw RequestException.Bad($"output '{outputs[index].Name}' is asked for twice");
            selected.Add(index);
            choices.Add(choice);
        }
        while (cursor.TakeNext(']'));
        return ([.. selected], [.. choices]);
    }
}
