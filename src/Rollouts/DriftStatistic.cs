namespace Canario.Rollouts;

public enum DriftStatistic
{
    /// <summary>Population stability index, natural logarithm.</summary>
    Psi,

    /// <summary>Kolmogorov–Smirnov distance over the bins; for unordered bins the total variation distance, its counterpart.</summary>
    KolmogorovSmirnov,
}
