namespace Canario.Contract;

/// <summary>One ONNX output of a model and how it is answered by <c>/predict</c>.</summary>
public sealed record OutputSchema
{
    /// <summary>Name in <c>/predict</c>'s answer, in the baseline and in the metrics.</summary>
    public required string Name { get; init; }
    public required string Tensor { get; init; }
    /// <summary><c>value</c> (one number a row), <c>probabilities</c> ([N, classes]) or <c>label</c> (one class index or string a row).</summary>
    public required string Kind { get; init; }
    /// <summary>Names of the classes, for probabilities and index labels.</summary>
    public IReadOnlyList<string> Classes { get; set; } = [];
}
