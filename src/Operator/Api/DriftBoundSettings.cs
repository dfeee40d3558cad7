using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record DriftBoundSettings
{
    [Schema("Population stability index from which there is drift, from 0.01 to 100.", Minimum = 0.01, Maximum = 100)]
    public double Psi { get; set; } = 0.25;

    [Schema("Kolmogorov-Smirnov distance from which there is drift, too. Default: not judged by it.", Minimum = 0.001, Maximum = 1)]
    public double? Ks { get; set; }
}
