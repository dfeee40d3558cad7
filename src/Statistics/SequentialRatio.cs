namespace Canario.Statistics;

/// <summary>
/// Always-valid inference for the ratio of two sides' shares of bad requests under a concurrent split.
/// Given that a request is bad, it was the candidate's with probability q = w·p₁ / (w·p₁ + (1−w)·p₀), where w is the candidate's share of the requests:
/// the ratio p₁/p₀ is at most ρ exactly when q is at most wρ / (wρ + 1 − w), whatever p₀ is and however it changes over time. So the sides of the bad requests are
/// tested as one proportion by <see cref="SequentialProportion"/>, and the nuisance of stable's own rate is gone.
/// Sources: J. Przyborowski and H. Wilenski, Biometrika 31 (1940), for conditioning; M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data",
/// NeurIPS 2022, for its sequential form. w is taken as observed, which makes the test conservative when bad requests are frequent.
/// </summary>
public static class SequentialRatio
{
    /// <summary>Natural logarithm of the evidence against "candidate's share of bad requests is at most <paramref name="ratio"/> times stable's".</summary>
    public static double LogEvidenceAbove(long candidateBad, long candidateTotal, long stableBad, long stableTotal, double ratio)
    {
        ProportionIntervals.Check(candidateBad, candidateTotal);
        ProportionIntervals.Check(stableBad, stableTotal);
        if (candidateTotal == 0 || stableTotal == 0)
        {
            return 0;
        }

        var odds = ratio * candidateTotal / stableTotal;
        return SequentialProportion.LogEvidenceAbove(candidateBad, candidateBad + stableBad, odds / (1 + odds));
    }

    /// <summary>Confidence sequence of the ratio; (0, ∞) while nothing is known.</summary>
    public static Interval Confidence(long candidateBad, long candidateTotal, long stableBad, long stableTotal, double alpha)
    {
        ProportionIntervals.Check(candidateBad, candidateTotal);
        ProportionIntervals.Check(stableBad, stableTotal);
        if (candidateTotal == 0 || stableTotal == 0)
        {
            return new Interval(0, double.PositiveInfinity);
        }

        var share = SequentialProportion.Confidence(candidateBad, candidateBad + stableBad, alpha);
        var exposure = (double)stableTotal / candidateTotal;
        return new Interval(Ratio(share.Low, exposure), Ratio(share.High, exposure));
    }

    static double Ratio(double q, double exposure) => q >= 1 ? double.PositiveInfinity : q / (1 - q) * exposure;
}
