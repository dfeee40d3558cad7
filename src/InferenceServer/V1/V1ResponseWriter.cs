using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.V1;

/// <summary>Writes <c>{"predictions": [row, …]}</c>: a row is the model's only output, or an object of its outputs by name. Of probabilities that the model names, it is an object by class.</summary>
internal static class V1ResponseWriter
{
    public static void Write(JsonOutput output, ServedModel model, InferenceCall call)
    {
        ResultColumn[] results = [.. model.Outputs.Select((info, index) => ResultColumn.Read(
            new OutputPlan(info.Name, index, info.ElementType, OutputKind.Value, []), call, index))];
        output.Raw("{\"predictions\":["u8);
        for (int row = 0; row < call.Rows; row++)
        {
            if (row > 0) output.Raw(","u8);
            if (results.Length == 1)
            {
                WriteRow(output, call, results[0], 0, row);
                continue;
            }

            output.Raw("{"u8);
            for (int i = 0; i < results.Length; i++)
            {
                if (i > 0) output.Raw(","u8);
                output.Text(results[i].Plan.Name).Raw(":"u8);
                WriteRow(output, call, results[i], i, row);
            }

            output.Raw("}"u8);
        }

        output.Raw("]}"u8);
    }

    private static void WriteRow(JsonOutput output, InferenceCall call, ResultColumn result, int position, int row)
    {
        call.Outputs[position]!.ReadTensorType(out long[] shape);
        if (shape.Length == 0 || !result.IsOfRows)
        {
            output.Raw("null"u8);
            return;
        }

        if (call.KeysOf(position) is { } classes)
        {
            WriteClasses(output, result, row, classes);
            return;
        }

        int column = 0;
        WriteNested(output, result, row, shape.AsSpan(1), ref column);
    }

    private static void WriteClasses(JsonOutput output, ResultColumn result, int row, string[] classes)
    {
        output.Raw("{"u8);
        for (int i = 0; i < classes.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Text(classes[i]).Raw(":"u8);
            result.WriteElement(output, row, i);
        }

        output.Raw("}"u8);
    }

    private static void WriteNested(JsonOutput output, ResultColumn result, int row, ReadOnlySpan<long> shape, ref int column)
    {
        if (shape.IsEmpty)
        {
            result.WriteElement(output, row, column++);
            return;
        }

        output.Raw("["u8);
        for (long i = 0; i < shape[0]; i++)
        {
            if (i > 0) output.Raw(","u8);
            WriteNested(output, result, row, shape[1..], ref column);
        }

        output.Raw("]"u8);
    }
}
