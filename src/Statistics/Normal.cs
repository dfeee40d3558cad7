namespace Canario.Statistics;

public static class Normal
{
    /// <summary>Quantile of the standard normal distribution: P. Acklam's rational approximation (2003), then one step of Halley's method. 1e-14.</summary>
    public static double Quantile(double probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(probability, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(probability, 1);
        var x = Approximate(probability);
        var error = Distribution(x) - probability;
        var step = error * Math.Sqrt(2 * Math.PI) * Math.Exp(x * x / 2);
        return x - step / (1 + x * step / 2);
    }

    /// <summary>Φ(x).</summary>
    public static double Distribution(double x)
    {
        var tail = 0.5 * SpecialFunctions.UpperGamma(0.5, x * x / 2);
        return x > 0 ? 1 - tail : tail;
    }

    static double Approximate(double p)
    {
        const double Low = 0.02425;
        if (p < Low)
        {
            return Tail(Math.Sqrt(-2 * Math.Log(p)));
        }

        if (p > 1 - Low)
        {
            return -Tail(Math.Sqrt(-2 * Math.Log(1 - p)));
        }

        var q = p - 0.5;
        var r = q * q;
        return (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239) * q
            / (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1);

        static double Tail(double q) =>
            (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
            / ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    }
}
