namespace Canario.OnnxRuntime;

/// <summary>What a value is, numbered as <c>ONNXType</c>.</summary>
public enum ValueKind
{
    Unknown = 0,
    Tensor = 1,
    Sequence = 2,
    Map = 3,
    Opaque = 4,
    SparseTensor = 5,
    Optional = 6,
}
