using System.Buffers.Binary;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>Writes an inference's answer: JSON, and after it the outputs that were asked for as raw bytes.</summary>
internal static class V2ResponseWriter
{
    /// <returns>Bytes of the JSON; null: nothing follows it.</returns>
    public static int? Write(JsonOutput output, ServedModel model, InferenceCall call, in V2Request request, string requestId)
    {
        int[] outputs = request.Outputs ?? model.AllOutputs;
        output.Raw("{\"model_name\":"u8).Text(model.Name)
            .Raw(",\"model_version\":"u8).Text(model.Revision)
            .Raw(",\"id\":"u8).Text(request.Id ?? requestId);
        if (request.Parameters is { } parameters) output.Raw(",\"parameters\":"u8).Raw(parameters);
        output.Raw(",\"outputs\":["u8);
        List<ReadOnlyMemory<byte>>? texts = null;
        bool binary = false;
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxValue value = call.Outputs[i]!;
            TensorElementType type = value.ReadTensorType(out long[] shape);
            if (i > 0) output.Raw(","u8);
            output.Raw("{\"name\":"u8).Text(model.Outputs[outputs[i]].Name)
                .Raw(",\"datatype\":\""u8).Raw(DatatypeBytes(type)).Raw("\",\"shape\":["u8);
            V2MetadataWriter.WriteShape(output, shape);
            if (!request.IsBinary(i))
            {
                output.Raw("],\"data\":["u8);
                ElementJson.Write(output, value, type);
                output.Raw("]"u8);
                if (call.KeysOf(i) is { } names) output.Raw(",\"parameters\":{\"keys\":"u8).Text(KeysJson(names, model.Outputs[outputs[i]])).Raw("}"u8);
                output.Raw("}"u8);
                continue;
            }

            binary = true;
            int size;
            if (type == TensorElementType.String)
            {
                byte[] packed = PackTexts(value);
                (texts ??= []).Add(packed);
                size = packed.Length;
            }
            else
            {
                size = value.Elements<byte>().Length;
            }

            output.Raw("],\"parameters\":{\"binary_data_size\":"u8).Number(size);
            if (call.KeysOf(i) is { } keys) output.Raw(",\"keys\":"u8).Text(KeysJson(keys, model.Outputs[outputs[i]]));
            output.Raw("}}"u8);
        }

        output.Raw("]}"u8);
        if (!binary) return null;
        int json = output.Written.Length;
        int text = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (!request.IsBinary(i)) continue;
            OnnxValue value = call.Outputs[i]!;
            if (model.Outputs[outputs[i]].ElementType == TensorElementType.String) output.Raw(texts![text++].Span);
            else output.Raw(value.Elements<byte>());
        }

        return json;
    }

    /// <summary>The columns' names as a JSON array in a string: parameters hold only strings, numbers and booleans.</summary>
    public static string KeysJson(string[] keys, ValueInfo output)
    {
        var json = new JsonOutput();
        json.Raw("["u8);
        for (int i = 0; i < keys.Length; i++)
        {
            if (i > 0) json.Raw(","u8);
            if (output.Map!.KeyType == TensorElementType.String) json.Text(keys[i]);
            else json.Raw(System.Text.Encoding.ASCII.GetBytes(keys[i]));
        }

        return System.Text.Encoding.UTF8.GetString(json.Raw("]"u8).Written.Span);
    }

    /// <summary>Each string as its length, four bytes, and its UTF-8.</summary>
    public static byte[] PackTexts(OnnxValue value)
    {
        byte[] utf8 = value.ReadUtf8(out int[] ends);
        var packed = new byte[utf8.Length + ends.Length * sizeof(uint)];
        int start = 0;
        int at = 0;
        foreach (int end in ends)
        {
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(at), end - start);
            at += sizeof(uint);
            utf8.AsSpan(start, end - start).CopyTo(packed.AsSpan(at));
            at += end - start;
            start = end;
        }

        return packed;
    }

    private static ReadOnlySpan<byte> DatatypeBytes(TensorElementType type) => type switch
    {
        TensorElementType.Float => "FP32"u8,
        TensorElementType.Int64 => "INT64"u8,
        TensorElementType.Double => "FP64"u8,
        _ => System.Text.Encoding.ASCII.GetBytes(Datatypes.NameOf(type)),
    };
}
