using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record DriftBoundSettings
{
    [Schema("Population stability index from which there is drift.", Minimum = 0.01, Maximum = 100)]
    public double Psi { get; set; } = 0.25;

    [Schema("Kolmogorov-Smirnov distance from which there is drift, too. Default: none.", Minimum = 0.001, Maximum = 1)]
    public double? Ks { get; set; }
}
