namespace Canario.Statistics;

/// <summary>Confidence intervals of one proportion at one look. For looking again and again: <see cref="SequentialProportion"/>.</summary>
public static class ProportionIntervals
{
    /// <summary>Wilson's score interval (E. B. Wilson, JASA 22, 1927).</summary>
    public static Interval Wilson(long successes, long trials, double confidence)
    {
        Check(successes, trials);
        if (trials == 0)
        {
            return new Interval(0, 1);
        }

        var z = Normal.Quantile(0.5 + confidence / 2);
        var n = (double)trials;
        var p = successes / n;
        var centre = p + z * z / (2 * n);
        var spread = z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        var scale = 1 + z * z / n;
        return new Interval(
            successes == 0 ? 0 : Math.Max(0, (centre - spread) / scale), successes == trials ? 1 : Math.Min(1, (centre + spread) / scale));
    }

    /// <summary>The exact interval of C. Clopper and E. Pearson (Biometrika 26, 1934), by bisection of the beta distribution.</summary>
    public static Interval ClopperPearson(long successes, long trials, double confidence)
    {
        Check(successes, trials);
        var tail = (1 - confidence) / 2;
        var low = successes == 0 ? 0 : RootFinder.Find(p => SpecialFunctions.BetaDistribution(p, successes, trials - successes + 1) - tail, 0, 1);
        var high = successes == trials ? 1 : RootFinder.Find(p => SpecialFunctions.BetaDistribution(p, successes + 1, trials - successes) - (1 - tail), 0, 1);
        return new Interval(low, high);
    }

    internal static void Check(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, successes);
    }
}
