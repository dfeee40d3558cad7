using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.V2;

/// <summary>Writes what the Open Inference Protocol tells about the server and its model.</summary>
internal static class V2MetadataWriter
{
    public const string ServerName = "canario-inference-server";
    public const string Platform = "onnx_onnxv1";
    public const string BinaryExtension = "binary_tensor_data";

    public static void WriteServer(JsonOutput output, string version) =>
        output.Raw("{\"name\":"u8).Text(ServerName).Raw(",\"version\":"u8).Text(version).Raw(",\"extensions\":["u8).Text(BinaryExtension).Raw("]}"u8);

    public static void WriteModel(JsonOutput output, ServedModel model)
    {
        output.Raw("{\"name\":"u8).Text(model.Name)
            .Raw(",\"versions\":["u8).Text(model.Revision)
            .Raw("],\"platform\":"u8).Text(Platform).Raw(",\"inputs\":["u8);
        WriteTensors(output, model.Inputs);
        output.Raw("],\"outputs\":["u8);
        WriteTensors(output, model.Outputs);
        output.Raw("]}"u8);
    }

    public static void WriteShape(JsonOutput output, ReadOnlySpan<long> shape)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Number(shape[i]);
        }
    }

    private static void WriteTensors(JsonOutput output, IReadOnlyList<ValueInfo> tensors)
    {
        for (int i = 0; i < tensors.Count; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Raw("{\"name\":"u8).Text(tensors[i].Name)
                .Raw(",\"datatype\":"u8).Text(Datatypes.NameOf(tensors[i].ElementType))
                .Raw(",\"shape\":["u8);
            WriteShape(output, [.. tensors[i].Shape]);
            output.Raw("]}"u8);
        }
    }
}
