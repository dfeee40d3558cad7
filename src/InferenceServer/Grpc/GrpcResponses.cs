using System.Runtime.InteropServices;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;
using Canario.InferenceServer.V2;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Grpc;

/// <summary>Writes the response messages of open_inference_grpc.proto.</summary>
internal static class GrpcResponses
{
    public static void WriteServer(ProtoOutput output, string version) =>
        output.Text(1, V2MetadataWriter.ServerName).Text(2, version).Element(3, V2MetadataWriter.BinaryExtension);

    public static void WriteModel(ProtoOutput output, ServedModel model)
    {
        output.Text(1, model.Name).Element(2, model.Revision).Text(3, V2MetadataWriter.Platform);
        WriteTensors(output, 4, model.Inputs);
        WriteTensors(output, 5, model.Outputs);
    }

    public static void WriteInference(ProtoOutput output, ServedModel model, InferenceCall call, in GrpcInferRequest request)
    {
        int[] outputs = request.Outputs ?? model.AllOutputs;
        // The two forms are not mixed in one message, and FP16 and BF16 have only the raw one.
        bool raw = request.Raw || outputs.Any(index => GrpcContents.FieldOf(model.Outputs[index].ElementType) == 0);
        output.Text(1, model.Name).Text(2, model.Revision).Text(3, request.Id);
        foreach (byte[] parameter in request.Parameters) output.Bytes(4, parameter);
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxValue value = call.Outputs[i]!;
            TensorElementType type = value.ReadTensorType(out long[] shape);
            int mark = output.Begin(5);
            output.Text(1, model.Outputs[outputs[i]].Name).Text(2, Datatypes.NameOf(type)).Packed(3, shape);
            if (call.KeysOf(i) is { } keys) WriteParameter(output, 4, "keys", V2ResponseWriter.KeysJson(keys, model.Outputs[outputs[i]]));
            if (!raw) WriteContents(output, value, type);
            output.End(mark);
        }

        if (!raw) return;
        for (int i = 0; i < outputs.Length; i++)
        {
            OnnxValue value = call.Outputs[i]!;
            if (model.Outputs[outputs[i]].ElementType == TensorElementType.String) output.Bytes(6, V2ResponseWriter.PackTexts(value));
            else output.Bytes(6, value.Elements<byte>());
        }
    }

    private static void WriteTensors(ProtoOutput output, int field, IReadOnlyList<ValueInfo> tensors)
    {
        foreach (ValueInfo tensor in tensors)
        {
            int mark = output.Begin(field);
            output.Text(1, tensor.Name).Text(2, Datatypes.NameOf(tensor.ElementType)).Packed(3, [.. tensor.Shape]).End(mark);
        }
    }

    /// <summary>An entry of a map from string to InferParameter.</summary>
    private static void WriteParameter(ProtoOutput output, int field, string key, string value)
    {
        int entry = output.Begin(field);
        output.Text(1, key);
        int parameter = output.Begin(2);
        output.Element(3, value).End(parameter).End(entry);
    }

    private static void WriteContents(ProtoOutput output, OnnxValue value, TensorElementType type)
    {
        int mark = output.Begin(5);
        int field = GrpcContents.FieldOf(type);
        switch (type)
        {
            case TensorElementType.Float or TensorElementType.Double: output.PackedFixed<byte>(field, value.Elements<byte>()); break;
            // A bool is one byte, 0 or 1, in memory and as a varint.
            case TensorElementType.Bool: output.PackedFixed<byte>(field, value.Elements<byte>()); break;
            case TensorElementType.Int8: WriteWhole<sbyte>(output, field, value.Elements<sbyte>(), v => (ulong)v); break;
            case TensorElementType.Int16: WriteWhole<short>(output, field, value.Elements<short>(), v => (ulong)v); break;
            case TensorElementType.Int32: WriteWhole<int>(output, field, value.Elements<int>(), v => (ulong)v); break;
            case TensorElementType.Int64: output.Packed(field, value.Elements<long>()); break;
            case TensorElementType.UInt8: WriteWhole<byte>(output, field, value.Elements<byte>(), v => v); break;
            case TensorElementType.UInt16: WriteWhole<ushort>(output, field, value.Elements<ushort>(), v => v); break;
            case TensorElementType.UInt32: WriteWhole<uint>(output, field, value.Elements<uint>(), v => v); break;
            case TensorElementType.UInt64: output.Packed(field, MemoryMarshal.Cast<ulong, long>(value.Elements<ulong>())); break;
            default:
                foreach (string text in value.ReadStrings()) output.Element(field, text);
                break;
        }

        output.End(mark);
    }

    private static void WriteWhole<T>(ProtoOutput output, int field, ReadOnlySpan<T> values, Func<T, ulong> convert)
    {
        if (values.IsEmpty) return;
        int mark = output.Begin(field);
        foreach (T value in values) output.Varint(convert(value));
        output.End(mark);
    }
}
