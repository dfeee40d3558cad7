namespace Canario.Contract;

/// <summary>One input or output of a model.</summary>
/// <param name="Datatype">By the Open Inference Protocol's name, such as <c>FP32</c>.</param>
/// <param name="Shape">-1: any length.</param>
public sealed record TensorContract(string Name, string Datatype, IReadOnlyList<long> Shape);
