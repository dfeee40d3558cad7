namespace Canario.Statistics.Tests;

/// <summary>Reference values: SciPy 1.10.1 (gammaln, betainc, norm.ppf, chi2.sf, kstwobign.sf).</summary>
public sealed class SpecialFunctionTests
{
    [Theory]
    [InlineData(0.5, 0.5723649429247)]
    [InlineData(1, 0.0)]
    [InlineData(10.5, 13.940625219403763)]
    [InlineData(1000.5, 5908.674175848678)]
    [InlineData(1e6, 12815504.569147611)]
    public void Log_gamma_agrees_with_the_reference(double x, double expected) =>
        Assert.Equal(expected, SpecialFunctions.LogGamma(x), 1e-12 * Math.Max(1, Math.Abs(expected)));

    [Theory]
    [InlineData(2, 3, 0.1, 0.05230000000000001)]
    [InlineData(0.5, 0.5, 0.01, 0.06376856085851987)]
    [InlineData(30.5, 30.5, 0.3, 0.0005809385367663557)]
    [InlineData(5, 0.5, 0.99, 0.7571581091015623)]
    [InlineData(1000, 900, 0.5, 0.010861082630689614)]
    public void The_beta_distribution_agrees_with_the_reference(double a, double b, double x, double expected) =>
        Assert.Equal(expected, SpecialFunctions.BetaDistribution(x, a, b), 1e-10 * expected);

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.995, 2.5758293035489004)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(0.6, 0.2533471031357997)]
    public void Normal_quantiles_agree_with_the_reference(double p, double expected) => Assert.Equal(expected, Normal.Quantile(p), 1e-11);

    [Theory]
    [InlineData(3.84, 1, 0.05004352124870519)]
    [InlineData(20, 10, 0.029252688076961124)]
    [InlineData(1, 5, 0.9625657732472964)]
    [InlineData(100, 3, 1.5541594313896026e-21)]
    public void Chi_square_tails_agree_with_the_reference(double x, int degrees, double expected) =>
        Assert.Equal(expected, Distributions.ChiSquareSurvival(x, degrees), 1e-9 * expected);

    [Theory]
    [InlineData(0.3, 0.9999906941986655)]
    [InlineData(0.5, 0.9639452436648751)]
    [InlineData(1, 0.26999967167735456)]
    [InlineData(1.36, 0.049485876755377876)]
    [InlineData(2, 0.0006709252557796953)]
    public void Kolmogorov_tails_agree_with_the_reference(double x, double expected) =>
        Assert.Equal(expected, Distributions.KolmogorovSurvival(x), 1e-10);
}
