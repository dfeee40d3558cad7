using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Tensors;

/// <summary>Single elements of input tensors as doubles, for features and drift counters.</summary>
internal static class ElementAccess
{
    public static double Get(InputTensor tensor, int index) => tensor.Type switch
    {
        TensorElementType.Float => tensor.Elements<float>(index + 1)[index],
        TensorElementType.Double => tensor.Elements<double>(index + 1)[index],
        TensorElementType.Int64 => tensor.Elements<long>(index + 1)[index],
        TensorElementType.Int32 => tensor.Elements<int>(index + 1)[index],
        TensorElementType.Int16 => tensor.Elements<short>(index + 1)[index],
        TensorElementType.Int8 => tensor.Elements<sbyte>(index + 1)[index],
        TensorElementType.UInt64 => tensor.Elements<ulong>(index + 1)[index],
        TensorElementType.UInt32 => tensor.Elements<uint>(index + 1)[index],
        TensorElementType.UInt16 => tensor.Elements<ushort>(index + 1)[index],
        TensorElementType.UInt8 or TensorElementType.Bool => tensor.Elements<byte>(index + 1)[index],
        TensorElementType.Float16 => (double)tensor.Elements<Half>(index + 1)[index],
        TensorElementType.BFloat16 => ElementJson.FromBrainFloat(tensor.Elements<ushort>(index + 1)[index]),
        _ => double.NaN,
    };

    /// <summary>Stores a value that is known to be one of the type's.</summary>
    public static void Set(InputTensor tensor, int index, double value)
    {
        switch (tensor.Type)
        {
            case TensorElementType.Float: tensor.Elements<float>(index + 1)[index] = (float)value; break;
            case TensorElementType.Double: tensor.Elements<double>(index + 1)[index] = value; break;
            case TensorElementType.Int64: tensor.Elements<long>(index + 1)[index] = (long)value; break;
            case TensorElementType.Int32: tensor.Elements<int>(index + 1)[index] = (int)value; break;
            case TensorElementType.Int16: tensor.Elements<short>(index + 1)[index] = (short)value; break;
            case TensorElementType.Int8: tensor.Elements<sbyte>(index + 1)[index] = (sbyte)value; break;
            case TensorElementType.UInt64: tensor.Elements<ulong>(index + 1)[index] = (ulong)value; break;
            case TensorElementType.UInt32: tensor.Elements<uint>(index + 1)[index] = (uint)value; break;
            case TensorElementType.UInt16: tensor.Elements<ushort>(index + 1)[index] = (ushort)value; break;
            case TensorElementType.UInt8: tensor.Elements<byte>(index + 1)[index] = (byte)value; break;
            case TensorElementType.Bool: tensor.Elements<byte>(index + 1)[index] = value != 0 ? (byte)1 : (byte)0; break;
            case TensorElementType.Float16: tensor.Elements<Half>(index + 1)[index] = (Half)value; break;
            case TensorElementType.BFloat16: tensor.Elements<ushort>(index + 1)[index] = ElementJson.ToBrainFloat(value); break;
            default: throw new NotSupportedException($"{tensor.Type} takes no numbers.");
        }
    }
}
