namespace Canario.Training.Onnx;

/// <summary>TensorProto.DataType of onnx.proto.</summary>
internal enum ElementType
{
    Float = 1,
    Int64 = 7,
}
