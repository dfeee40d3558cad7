namespace Canario.Rollouts;

/// <summary>The values from which there is drift; either suffices. Null: not judged by it.</summary>
/// <param name="Psi">Population stability index, less what chance alone shows.</param>
/// <param name="Ks">Kolmogorov–Smirnov distance; of unordered bins the total variation distance.</param>
public sealed record DriftBounds(double? Psi, double? Ks);
