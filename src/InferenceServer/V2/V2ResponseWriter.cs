using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>Writes the answers of the Open Inference Protocol.</summary>
internal static class V2ResponseWriter
{
    public static void WriteInference(JsonOutput output, ServedModel model, InferenceCall call, string id, ReadOnlySpan<int> outputs)
    {
        output.Raw("{\"model_name\":"u8).Text(model.Name)
            .Raw(",\"model_version\":"u8).Text(model.Revision)
            .Raw(",\"id\":"u8).Text(id)
            .Raw(",\"outputs\":["u8);
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxValue value = call.Outputs[i]!;
            TensorElementType type = value.ReadTensorType(out long[] shape);
            if (i > 0) output.Raw(","u8);
            output.Raw("{\"name\":"u8).Text(model.Outputs[outputs[i]].Name)
                .Raw(",\"datatype\":\""u8).Raw(DatatypeBytes(type)).Raw("\",\"shape\":["u8);
            WriteShape(output, shape);
            output.Raw("],\"data\":["u8);
            ElementJson.Write(output, value, type);
            output.Raw("]}"u8);
        }

        output.Raw("]}"u8);
    }

    public static void WriteServer(JsonOutput output, string version) =>
        output.Raw("{\"name\":\"canario-inference-server\",\"version\":"u8).Text(version).Raw(",\"extensions\":[]}"u8);

    public static void WriteModel(JsonOutput output, ServedModel model)
    {
        output.Raw("{\"name\":"u8).Text(model.Name)
            .Raw(",\"versions\":["u8).Text(model.Revision)
            .Raw("],\"platform\":\"onnx_onnxv1\",\"inputs\":["u8);
        WriteTensors(output, model.Inputs);
        output.Raw("],\"outputs\":["u8);
        WriteTensors(output, model.Outputs);
        output.Raw("]}"u8);
    }

    private static void WriteTensors(JsonOutput output, IReadOnlyList<ValueInfo> tensors)
    {
        for (int i = 0; i < tensors.Count; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Raw("{\"name\":"u8).Text(tensors[i].Name)
                .Raw(",\"datatype\":"u8).Text(Datatypes.NameOf(tensors[i].ElementType))
                .Raw(",\"shape\":["u8);
            WriteShape(output, tensors[i].Shape);
            output.Raw("]}"u8);
        }
    }

    private static void WriteShape(JsonOutput output, IReadOnlyList<long> shape)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Number(shape[i]);
        }
    }

    private static ReadOnlySpan<byte> DatatypeBytes(TensorElementType type) => type switch
    {
        TensorElementType.Float => "FP32"u8,
        TensorElementType.Int64 => "INT64"u8,
        TensorElementType.Double => "FP64"u8,
        _ => System.Text.Encoding.ASCII.GetBytes(Datatypes.NameOf(type)),
    };
}
