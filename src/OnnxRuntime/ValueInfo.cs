namespace Canario.OnnxRuntime;

/// <summary>One input or output that a model declares.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="Kind">Only tensors have an element type and a shape.</param>
/// <param name="ElementType">Type of the elements; <see cref="TensorElementType.Undefined"/> when not a tensor.</param>
/// <param name="Shape">Sizes of the dimensions, -1 where the model leaves one open.</param>
/// <param name="SymbolicDimensions">Names of the open dimensions, empty where there is none; as many as <paramref name="Shape"/>.</param>
public sealed record ValueInfo(
    string Name,
    ValueKind Kind,
    TensorElementType ElementType,
    IReadOnlyList<long> Shape,
    IReadOnlyList<string> SymbolicDimensions)
{
    /// <summary>Types of a map, or of the maps in a sequence; null for all else.</summary>
    public MapInfo? Map { get; init; }
}
