namespace Canario.Statistics;

/// <summary>
/// Always-valid inference for the mean of values that have no known bound, from their count, sum and sum of squares.
/// An asymptotic confidence sequence: as the central limit theorem's interval, good for many values, but at every look at once. Not for a few dozen values.
/// Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
/// Annals of Statistics 52 (2024), theorem 2.2, and its equation for ρ.
/// </summary>
public static class SequentialMean
{
    /// <summary>Number of values at which the interval is about as narrow as can be; it is valid at any.</summary>
    const double TightestAt = 1000;

    /// <summary>Interval that holds the mean at every look with probability about 1 − α; (−∞, ∞) while nothing is known.</summary>
    public static Interval Confidence(long count, double sum, double sumOfSquares, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count < 2)
        {
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        }

        var mean = sum / count;
        // Rounding may leave a little below nothing of values that are all the same.
        var variance = Math.Max(0, sumOfSquares / count - mean * mean);
        var log = -2 * Math.Log(alpha);
        var rho2 = (log + Math.Log(log) + 1) / TightestAt;
        var scale = count * rho2 + 1;
        var half = Math.Sqrt(variance * 2 * scale / ((double)count * count * rho2) * Math.Log(Math.Sqrt(scale) / alpha));
        return new Interval(mean - half, mean + half);
    }
}
