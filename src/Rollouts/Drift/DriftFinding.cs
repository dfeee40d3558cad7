namespace Canario.Rollouts;

/// <summary>One name at one look.</summary>
/// <param name="Psi">Less what chance alone would show. Null: it is quality.</param>
/// <param name="Distance">Jensen–Shannon distance.</param>
/// <param name="PValue">Of the chi-square test, adjusted over all names.</param>
/// <param name="BaselineSamples">0: it is quality.</param>
/// <param name="Ratio">How many times its bound; from 1 on it is beyond.</param>
/// <param name="IsBeyond">Beyond its bound, and not by chance.</param>
public sealed record DriftFinding(
    DriftKind Kind, string Name, double? Psi, double? Ks, double? Distance, double? PValue, double? Accuracy, long Samples, long BaselineSamples, double Ratio, bool IsBeyond);
