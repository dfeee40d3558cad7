namespace Canario.Statistics;

/// <summary>How long an always-valid test will take: what "this step needs about 42 min at the observed rate" rests on.</summary>
public static class SequentialPower
{
    const long Most = 1L << 22;

    /// <summary>
    /// Trials after which <see cref="SequentialProportion.LogEvidenceAbove"/> rejects "at most <paramref name="bound"/>" at <paramref name="alpha"/> if the share of successes stays what it is: where the evidence
    /// along its mean path reaches ln(1/α). Single runs scatter around it; A. Wald's ln(1/α) over a trial's information (Ann. Math. Stat. 16, 1945) is its lower bound. Null: never, or not within 2²² successes.
    /// </summary>
    public static long? TrialsUntilAbove(double bound, double share, double alpha)
    {
        if (share <= bound || share <= 0)
        {
            return null;
        }

        var limit = Math.Log(1 / alpha);
        long Trials(long successes) => Math.Max(successes, (long)Math.Round(successes / Math.Min(share, 1)));
        bool Tells(long successes) => SequentialProportion.LogEvidenceAbove(successes, Trials(successes), bound) >= limit;
        var high = 1L;
        while (!Tells(high))
        {
            high *= 2;
            if (high > Most)
            {
                return null;
            }
        }

        // Above the bound the evidence of a steady share only grows.
        for (var low = high / 2; high - low > 1;)
        {
            var middle = low + (high - low) / 2;
            (low, high) = Tells(middle) ? (low, middle) : (middle, high);
        }

        return Trials(high);
    }
}
