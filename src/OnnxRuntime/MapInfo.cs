namespace Canario.OnnxRuntime;

/// <summary>Types of a map, as classical models answer class probabilities.</summary>
/// <param name="KeyType">A whole-number type or <see cref="TensorElementType.String"/>.</param>
/// <param name="ValueType"><see cref="TensorElementType.Undefined"/> when the values are no tensors.</param>
public sealed record MapInfo(TensorElementType KeyType, TensorElementType ValueType);
