using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>Names of element types in the Open Inference Protocol.</summary>
internal static class Datatypes
{
    public static string NameOf(TensorElementType type) => type switch
    {
        TensorElementType.Bool => "BOOL",
        TensorElementType.UInt8 => "UINT8",
        TensorElementType.UInt16 => "UINT16",
        TensorElementType.UInt32 => "UINT32",
        TensorElementType.UInt64 => "UINT64",
        TensorElementType.Int8 => "INT8",
        TensorElementType.Int16 => "INT16",
        TensorElementType.Int32 => "INT32",
        TensorElementType.Int64 => "INT64",
        TensorElementType.Float16 => "FP16",
        TensorElementType.Float => "FP32",
        TensorElementType.Double => "FP64",
        TensorElementType.BFloat16 => "BF16",
        TensorElementType.String => "BYTES",
        _ => "",
    };

    /// <summary>Smallest and largest value of an integer type; null for the others.</summary>
    public static (Int128 Minimum, Int128 Maximum)? WholeRange(TensorElementType type) => type switch
    {
        TensorElementType.Int64 => (long.MinValue, long.MaxValue),
        TensorElementType.UInt64 => (0, ulong.MaxValue),
        TensorElementType.Int32 => (int.MinValue, int.MaxValue),
        TensorElementType.UInt32 => (0, uint.MaxValue),
        TensorElementType.Int16 => (short.MinValue, short.MaxValue),
        TensorElementType.UInt16 => (0, ushort.MaxValue),
        TensorElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        TensorElementType.UInt8 => (0, byte.MaxValue),
        _ => null,
    };

    /// <summary>What an element may be, for messages.</summary>
    public static string Takes(TensorElementType type) => type switch
    {
        TensorElementType.Bool => "true or false",
        TensorElementType.String => "a string",
        _ when WholeRange(type) is { } range => $"a whole number from {range.Minimum} to {range.Maximum}",
        _ => "a number",
    };

    public static bool IsServed(TensorElementType type) => NameOf(type).Length > 0;
}
