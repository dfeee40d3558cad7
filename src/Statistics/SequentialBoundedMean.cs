namespace Canario.Statistics;

/// <summary>
/// Always-valid inference for the mean of values from 0 to 1, from their count and sum alone; exact for any number of them, whatever their distribution.
/// A value x bets 1 + λ(x − m) against the mean m; by concavity of the logarithm that is at least (q/m)ˣ((1−q)/(1−m))¹⁻ˣ for λ = (q − m) / m(1 − m): the likelihood ratio of <see cref="SequentialProportion"/>
/// with the sum as its successes. So its mixtures are valid here too, and as narrow as they can be where the values are 0 and 1; where they vary less they are wider than need be, never too narrow.
/// Sources: W. Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58 (1963), theorem 1; "sub-Bernoulli" in S. Howard, A. Ramdas, J. McAuliffe and J. Sekhon,
/// "Time-uniform Chernoff bounds via nonnegative supermartingales", Probability Surveys 17 (2020); for the bets, I. Waudby-Smith and A. Ramdas, JRSS B 86 (2024).
/// </summary>
public static class SequentialBoundedMean
{
    /// <summary>Natural logarithm of the evidence against "the mean is at most <paramref name="bound"/>". Reject at α when it is at least ln(1/α).</summary>
    public static double LogEvidenceAbove(long count, double sum, double bound)
    {
        Check(count, sum);
        return SequentialProportion.EvidenceAbove(sum, count, bound);
    }

    /// <summary>Confidence sequence: with probability at least 1 − α it holds the mean at every look; [0, 1] while nothing is known.</summary>
    public static Interval Confidence(long count, double sum, double alpha)
    {
        Check(count, sum);
        return SequentialProportion.ConfidenceOf(sum, count, alpha);
    }

    static void Check(long count, double sum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        // Written so that no number is refused too.
        if (!(sum >= 0 && sum <= count))
        {
            throw new ArgumentOutOfRangeException(nameof(sum), sum, $"The sum of {count} values from 0 to 1 is from 0 to {count}.");
        }
    }
}
