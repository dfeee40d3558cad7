namespace Canario.Statistics;

/// <summary>
/// Always-valid inference for one proportion: valid at every look and at any stopping time, so that a gate may be looked at every few seconds.
/// The evidence is a mixture likelihood ratio, a test supermartingale under the hypothesis; by Ville's inequality it exceeds 1/α with probability at most α, ever.
/// Source: H. Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41 (1970);
/// for the betting view, I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024).
/// Any mixing density makes it valid, a good one makes it fast. Two-sided: Jeffreys' Beta(½, ½). One-sided: what lies above the bound of a beta density around what is worth
/// finding, a few times the bound's odds; Jeffreys' would spend nearly all of itself on half of the requests failing. To place the conjugate mixture where power is wanted:
/// S. Howard, A. Ramdas, J. McAuliffe and J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Ann. Stat. 49 (2021).
/// </summary>
public static class SequentialProportion
{
    const double Prior = 0.5;

    /// <summary>Mean of the one-sided mixture's odds, over the bound's. From 2 to 8 times makes little difference to anything between a doubling and everything failing.</summary>
    const double OddsAimedAt = 4;

    /// <summary>
    /// Natural logarithm of the evidence against "the probability is at most <paramref name="bound"/>". Reject at α when it is at least ln(1/α).
    /// The mixture is over probabilities above the bound only, so it holds also when the probability changes over time but stays at or below the bound.
    /// </summary>
    public static double LogEvidenceAbove(long successes, long trials, double bound)
    {
        ProportionIntervals.Check(successes, trials);
        return EvidenceAbove(successes, trials, bound);
    }

    /// <summary>The same; successes need not be whole: <see cref="SequentialBoundedMean"/>.</summary>
    internal static double EvidenceAbove(double successes, long trials, double bound)
    {
        if (trials == 0 || bound >= 1)
        {
            return 0;
        }

        if (bound <= 0)
        {
            return successes > 0 ? double.PositiveInfinity : 0;
        }

        // Kept from extremes in which the logarithms of the beta function would lose their digits; any value is valid.
        var failures = Math.Clamp(Prior * (1 - bound) / (OddsAimedAt * bound), 0.01, 1e6);
        double a = Prior + successes, b = failures + trials - successes;
        return SpecialFunctions.LogBeta(a, b) + LogAbove(bound, a, b)
            - SpecialFunctions.LogBeta(Prior, failures) - LogAbove(bound, Prior, failures)
            - LogLikelihood(successes, trials, bound);
    }

    /// <summary>Confidence sequence: with probability at least 1 − α it holds the true probability at every look.</summary>
    public static Interval Confidence(long successes, long trials, double alpha)
    {
        ProportionIntervals.Check(successes, trials);
        return ConfidenceOf(successes, trials, alpha);
    }

    internal static Interval ConfidenceOf(double successes, long trials, double alpha)
    {
        if (trials == 0)
        {
            return new Interval(0, 1);
        }

        var limit = Math.Log(1 / alpha);
        var mixture = SpecialFunctions.LogBeta(Prior + successes, Prior + trials - successes) - SpecialFunctions.LogBeta(Prior, Prior);
        var estimate = successes / trials;
        double Excess(double p) => mixture - LogLikelihood(successes, trials, p) - limit;
        return new Interval(
            successes == 0 ? 0 : RootFinder.Find(p => -Excess(p), 0, estimate),
            successes == trials ? 1 : RootFinder.Find(Excess, estimate, 1));
    }

    /// <summary>Evidence against "the probability is exactly p", two-sided; what <see cref="Confidence"/> inverts.</summary>
    public static double LogEvidenceAgainst(long successes, long trials, double probability) =>
        SpecialFunctions.LogBeta(Prior + successes, Prior + trials - successes)
        - SpecialFunctions.LogBeta(Prior, Prior) - LogLikelihood(successes, trials, probability);

    static double LogAbove(double bound, double a, double b) => SpecialFunctions.LogBetaDistribution(1 - bound, b, a);

    static double LogLikelihood(double successes, long trials, double p) =>
        (successes == 0 ? 0 : successes * Math.Log(p)) + (trials == successes ? 0 : (trials - successes) * Math.Log(1 - p));
}
