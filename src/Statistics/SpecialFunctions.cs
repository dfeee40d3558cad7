namespace Canario.Statistics;

/// <summary>Gamma and beta functions, in logarithms where the plain values would under- or overflow.</summary>
public static class SpecialFunctions
{
    const int MaxIterations = 50_000;

    // Lanczos, g = 7, n = 9 (P. Godfrey, "A note on the computation of the convergent Lanczos complex Gamma approximation", 2001): 15 digits.
    static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>ln Γ(x) for x &gt; 0.</summary>
    public static double LogGamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        x -= 1;
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (x + i);
        }

        var t = x + 7.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x + 0.5) * Math.Log(t) - t + Math.Log(sum);
    }

    /// <summary>ln B(a, b) for a, b &gt; 0.</summary>
    public static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>ln I_x(a, b), the distribution function of Beta(a, b) at x, accurate in its lower tail. −∞ at 0.</summary>
    public static double LogBetaDistribution(double x, double a, double b)
    {
        if (x <= 0)
        {
            return double.NegativeInfinity;
        }

        if (x >= 1)
        {
            return 0;
        }

        // The continued fraction converges fast only on this side of the mean; the other side is its complement.
        return x < (a + 1) / (a + b + 2)
            ? LogLowerTail(x, a, b)
            : LogOneMinusExp(LogLowerTail(1 - x, b, a));
    }

    /// <summary>I_x(a, b).</summary>
    public static double BetaDistribution(double x, double a, double b) => Math.Exp(LogBetaDistribution(x, a, b));

    /// <summary>Regularised upper incomplete gamma function Q(a, x).</summary>
    public static double UpperGamma(double a, double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        var scale = a * Math.Log(x) - x - LogGamma(a);
        return x < a + 1 ? 1 - Math.Exp(scale) * GammaSeries(a, x) : Math.Exp(scale) * GammaFraction(a, x);
    }

    /// <summary>ln(1 − e^y) for y ≤ 0.</summary>
    static double LogOneMinusExp(double y) => y >= 0 ? double.NegativeInfinity
        : y > -0.693 ? Math.Log(-ExpMinusOne(y))
        : LogOnePlus(-Math.Exp(y));

    static double ExpMinusOne(double y) => Math.Abs(y) < 1e-5 ? y + y * y / 2 : Math.Exp(y) - 1;

    static double LogOnePlus(double y) => Math.Abs(y) < 1e-5 ? y - y * y / 2 : Math.Log(1 + y);

    static double LogLowerTail(double x, double a, double b) =>
        a * Math.Log(x) + b * LogOnePlus(-x) - LogBeta(a, b) - Math.Log(a) + Math.Log(BetaFraction(x, a, b));

    // Modified Lentz (Numerical Recipes, 3rd ed., 6.4).
    static double BetaFraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var c = 1.0;
        var d = 1 - (a + b) * x / (a + 1);
        d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
        var result = d;
        for (var m = 1; m <= MaxIterations; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = Reciprocal(1 + even * d);
            c = NotZero(1 + even / c);
            result *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = Reciprocal(1 + odd * d);
            c = NotZero(1 + odd / c);
            var factor = d * c;
            result *= factor;
            if (Math.Abs(factor - 1) < 1e-15)
            {
                break;
            }
        }

        return result;

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
        static double Reciprocal(double value) => 1 / NotZero(value);
    }

    static double GammaSeries(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n <= MaxIterations && Math.Abs(term) > Math.Abs(sum) * 1e-16; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    static double GammaFraction(double a, double x)
    {
        const double Tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / Tiny;
        var d = 1 / b;
        var result = d;
        for (var i = 1; i <= MaxIterations; i++)
        {
            var an = -i * (i - a);
            b += 2;
            d = an * d + b;
            d = 1 / (Math.Abs(d) < Tiny ? Tiny : d);
            c = b + an / c;
            c = Math.Abs(c) < Tiny ? Tiny : c;
            var factor = d * c;
            result *= factor;
            if (Math.Abs(factor - 1) < 1e-15)
            {
                break;
            }
        }

        return result;
    }
}
