namespace Canario.Statistics;

/// <summary>How far two histograms over the same bins are apart. Align them first (<see cref="Histogram.AlignedWith"/>).</summary>
public static class Distributions
{
    /// <summary>Half an observation a bin (Jeffreys): without it one empty bin makes the index infinite.</summary>
    const double Smoothing = 0.5;

    /// <summary>Population stability index Σ (p−q)·ln(p/q), smoothed. Source: N. Siddiqi, "Credit Risk Scorecards", 2006; it is the symmetrised Kullback–Leibler divergence (H. Jeffreys, 1946).</summary>
    public static double Psi(Histogram first, Histogram second)
    {
        Check(first, second);
        double sum = 0, bins = first.Counts.Count;
        for (var i = 0; i < first.Counts.Count; i++)
        {
            var p = (first.Counts[i] + Smoothing) / (first.Total + Smoothing * bins);
            var q = (second.Counts[i] + Smoothing) / (second.Total + Smoothing * bins);
            sum += (p - q) * Math.Log(p / q);
        }

        return sum;
    }

    /// <summary>What <see cref="Psi"/> shows of two equal distributions by chance alone, on average: (B−1)(1/n + 1/m). Source: B. Yurdakul, "Statistical properties of the population stability index", 2018.</summary>
    public static double PsiExpectedByChance(Histogram first, Histogram second) =>
        first.Total == 0 || second.Total == 0 ? double.PositiveInfinity : (OccupiedBins(first, second) - 1) * (1.0 / first.Total + 1.0 / second.Total);

    /// <summary>Jensen–Shannon divergence in nats, 0 to ln 2 (J. Lin, IEEE Trans. Inf. Theory 37, 1991).</summary>
    public static double JensenShannon(Histogram first, Histogram second)
    {
        Check(first, second);
        double sum = 0;
        for (var i = 0; i < first.Counts.Count; i++)
        {
            var p = Share(first, i);
            var q = Share(second, i);
            var m = (p + q) / 2;
            sum += (p > 0 ? p * Math.Log(p / m) : 0) + (q > 0 ? q * Math.Log(q / m) : 0);
        }

        return sum / 2;
    }

    /// <summary>Jensen–Shannon distance, 0 (equal) to 1 (no bin in common): the square root of the divergence in bits. A metric (D. Endres and J. Schindelin, IEEE Trans. Inf. Theory 49, 2003), bounded where <see cref="Psi"/> is not.</summary>
    public static double JensenShannonDistance(Histogram first, Histogram second) => Math.Sqrt(Math.Max(0, JensenShannon(first, second)) / Math.Log(2));

    /// <summary>Kolmogorov–Smirnov distance over the ordered bins (missing and other ones do not count); for unordered histograms the total variation distance.</summary>
    public static double KolmogorovSmirnov(Histogram first, Histogram second)
    {
        Check(first, second);
        if (!first.IsOrdered)
        {
            return TotalVariation(first, second);
        }

        var n = OrderedTotal(first);
        var m = OrderedTotal(second);
        if (n == 0 || m == 0)
        {
            return 0;
        }

        double largest = 0;
        long below1 = 0, below2 = 0;
        for (var i = 0; i < first.NumericBins; i++)
        {
            below1 += first.Counts[i];
            below2 += second.Counts[i];
            largest = Math.Max(largest, Math.Abs((double)below1 / n - (double)below2 / m));
        }

        return largest;
    }

    /// <summary>
    /// p-value of <see cref="KolmogorovSmirnov"/> by Kolmogorov's limit. For binned data it is an upper bound of the true one (G. Noether, "Note on the Kolmogorov statistic
    /// in the discrete case", Metrika 7, 1963). For unordered histograms the chi-square p-value.
    /// </summary>
    public static double KolmogorovSmirnovPValue(Histogram first, Histogram second)
    {
        if (!first.IsOrdered)
        {
            return ChiSquarePValue(first, second);
        }

        double n = OrderedTotal(first), m = OrderedTotal(second);
        return n == 0 || m == 0 ? 1 : KolmogorovSurvival(Math.Sqrt(n * m / (n + m)) * KolmogorovSmirnov(first, second));
    }

    /// <summary>½ Σ |p−q|.</summary>
    public static double TotalVariation(Histogram first, Histogram second)
    {
        Check(first, second);
        double sum = 0;
        for (var i = 0; i < first.Counts.Count; i++)
        {
            sum += Math.Abs(Share(first, i) - Share(second, i));
        }

        return sum / 2;
    }

    /// <summary>Pearson's chi-square statistic of homogeneity of the two samples; bins empty on both sides do not count.</summary>
    public static double ChiSquare(Histogram first, Histogram second)
    {
        Check(first, second);
        if (first.Total == 0 || second.Total == 0)
        {
            return 0;
        }

        double n = first.Total, m = second.Total, sum = 0;
        for (var i = 0; i < first.Counts.Count; i++)
        {
            double both = first.Counts[i] + second.Counts[i];
            if (both > 0)
            {
                var difference = first.Counts[i] / n - second.Counts[i] / m;
                sum += difference * difference / both;
            }
        }

        return sum * n * m;
    }

    /// <summary>p-value of <see cref="ChiSquare"/>.</summary>
    public static double ChiSquarePValue(Histogram first, Histogram second) =>
        ChiSquareSurvival(ChiSquare(first, second), OccupiedBins(first, second) - 1);

    /// <summary>P(X &gt; x) of chi-square with that many degrees of freedom; 1 with none.</summary>
    public static double ChiSquareSurvival(double x, int degreesOfFreedom) =>
        degreesOfFreedom <= 0 ? 1 : SpecialFunctions.UpperGamma(degreesOfFreedom / 2.0, x / 2);

    /// <summary>P(K &gt; x) of Kolmogorov's distribution.</summary>
    public static double KolmogorovSurvival(double x)
    {
        if (x < 0.2)
        {
            return 1;
        }

        double sum = 0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2.0 * k * k * x * x);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-18)
            {
                break;
            }
        }

        return Math.Clamp(2 * sum, 0, 1);
    }

    static int OccupiedBins(Histogram first, Histogram second)
    {
        var occupied = 0;
        for (var i = 0; i < first.Counts.Count; i++)
        {
            occupied += first.Counts[i] + second.Counts[i] > 0 ? 1 : 0;
        }

        return occupied;
    }

    static double Share(Histogram histogram, int bin) => histogram.Total == 0 ? 0 : (double)histogram.Counts[bin] / histogram.Total;

    static long OrderedTotal(Histogram histogram) => histogram.Counts.Take(histogram.NumericBins).Sum();

    static void Check(Histogram first, Histogram second)
    {
        if (!first.HasSameBins(second))
        {
            throw new ArgumentException("The histograms have different bins; align them first.", nameof(second));
        }
    }
}
