using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>Measures each name's distance from the training baseline and says which are beyond their bounds.</summary>
static class DriftJudge
{
    /// <summary>Of the interval of the accuracy: below the bound only when its upper end is.</summary>
    const double Confidence = 0.99;

    /// <summary>A ratio that stands for infinitely many times the bound.</summary>
    const double Worst = 1000;

    public static IReadOnlyList<DriftFinding> Judge(DriftPolicy policy, DriftLook look)
    {
        var found = look.Samples
            .Where(sample => sample.Now.Total > 0 && sample.Now.Total >= policy.MinSamples && sample.Baseline.Total > 0 && !policy.Ignored.Contains(sample.Name))
            .Select(Measure)
            .ToArray();
        var adjusted = BenjaminiHochberg.Adjust([.. found.Select(finding => finding.PValue!.Value)]);
        var judged = found.Select((finding, i) => Bound(policy, finding with { PValue = adjusted[i] })).ToList();
        if (look.Truths is { } truths && policy.MinAccuracy is { } bound && truths.Total > 0 && truths.Total >= policy.MinSamples)
        {
            judged.Add(JudgeQuality(truths, bound));
        }

        return judged;
    }

    /// <summary>How many times its bound a name with such figures is.</summary>
    public static double Ratio(DriftPolicy policy, DriftKind kind, double? psi, double? ks, double? accuracy)
    {
        if (kind == DriftKind.Quality)
        {
            return policy.MinAccuracy is not { } least ? 0 : accuracy > 0 ? Math.Min(Worst, least / accuracy.Value) : Worst;
        }

        var bounds = kind == DriftKind.Feature ? policy.Features : policy.Predictions;
        return Math.Max(Times(psi, bounds.Psi), Times(ks, bounds.Ks));
    }

    static double Times(double? value, double? bound) => bound is not > 0 ? 0 : Math.Min(Worst, (value ?? 0) / bound.Value);

    static DriftFinding Measure(DriftSample sample)
    {
        // A bin that was never hit may be absent from one side.
        var now = sample.Now.AlignedWith(sample.Baseline);
        var baseline = sample.Baseline.AlignedWith(now);
        return new DriftFinding(
            sample.Kind,
            sample.Name,
            Math.Max(0, Distributions.Psi(now, baseline) - Distributions.PsiExpectedByChance(now, baseline)),
            Distributions.KolmogorovSmirnov(now, baseline),
            Distributions.JensenShannonDistance(now, baseline),
            Distributions.ChiSquarePValue(now, baseline),
            null,
            now.Total,
            baseline.Total,
            0,
            false);
    }

    static DriftFinding Bound(DriftPolicy policy, DriftFinding finding)
    {
        var ratio = Ratio(policy, finding.Kind, finding.Psi, finding.Ks, null);
        return finding with { Ratio = ratio, IsBeyond = ratio >= 1 && finding.PValue <= policy.Alpha };
    }

    static DriftFinding JudgeQuality(RateCounts truths, double bound)
    {
        var right = truths.Total - truths.Bad;
        var accuracy = (double)right / truths.Total;
        var ratio = Math.Min(Worst, accuracy > 0 ? bound / accuracy : Worst);
        return new DriftFinding(
            DriftKind.Quality, "accuracy", null, null, null, null, accuracy, truths.Total, 0, ratio, ProportionIntervals.Wilson(right, truths.Total, Confidence).High < bound);
    }
}
