using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// Drift, attributed. Predictions: candidate against stable on the same traffic when their bins agree, else each against its own training baseline.
/// Features: each against its own baseline. What drifts on both sides alike is the world's doing: told, and no reason to roll back.
/// A failure needs MinSamples on each side compared, a size beyond the bound after what chance alone would show, and significance over all names (Benjamini–Hochberg).
/// </summary>
sealed class DriftGate(string name) : IGateEvaluator
{
    const int NamesInMessage = 5;

    public string Name => name;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha)
    {
        if (measurement is not DriftMeasurement { Distributions: var all })
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: no distributions.");
        }

        var watched = all.Where(sample => gate.Features.Count == 0 || gate.Features.Contains(sample.Name)).ToArray();
        var samples = watched.Select(sample => sample.Candidate.Total).DefaultIfEmpty().Max();
        var comparisons = watched.Select(sample => Compare(gate, sample)).OfType<DriftComparison>().ToArray();
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with { Samples = samples, Threshold = gate.MaxDrift };
        if (comparisons.Length == 0)
        {
            return result with { Message = $"{samples} of {gate.MinSamples} values of the candidate, or nothing comparable with as many." };
        }

        var adjusted = BenjaminiHochberg.Adjust([.. comparisons.Select(comparison => comparison.PValue)]);
        var largest = comparisons.MaxBy(comparison => comparison.Size)!;
        result = result with
        {
            Value = largest.Size,
            Effect = largest.Size,
            Samples = largest.Samples,
            StableSamples = largest.ReferenceSamples,
            StableValue = largest.StableSize,
        };
        var beyond = comparisons.Select((comparison, i) => (comparison, Significant: adjusted[i] <= alpha)).Where(pair => pair.comparison.Size >= gate.MaxDrift).ToArray();
        return Judge(gate, result, beyond, comparisons);
    }

    static GateResult Judge(GateSpec gate, GateResult result, (DriftComparison Comparison, bool Significant)[] beyond, DriftComparison[] all)
    {
        var sure = beyond.Where(pair => pair.Significant).Select(pair => pair.Comparison).ToArray();
        var own = sure.Where(comparison => comparison.SharedWithStable == false).ToArray();
        if (own.Length > 0)
        {
            return result with { Verdict = Verdict.Fail, Value = own.Max(comparison => comparison.Size), Message = Describe(gate, own, all.Length, "drift on the candidate") };
        }

        if (Array.Exists(sure, comparison => comparison.SharedWithStable is null))
        {
            return result with { Verdict = Verdict.Inconclusive, Message = Describe(gate, sure, all.Length, "drift, and stable has too little data to tell whether it is the candidate's") };
        }

        if (sure.Length > 0)
        {
            return result with { Verdict = Verdict.Fail, SharedWithStable = true, Message = Describe(gate, sure, all.Length, "drift on both sides, the data changed") };
        }

        return beyond.Length > 0
            ? result with { Verdict = Verdict.Inconclusive, Message = Describe(gate, [.. beyond.Select(pair => pair.Comparison)], all.Length, "beyond the bound, but it may be chance") }
            : result with { Verdict = Verdict.Pass, Message = Describe(gate, [all.MaxBy(comparison => comparison.Size)!], all.Length, "largest, within the bound") };
    }

    DriftComparison? Compare(GateSpec gate, DistributionSample sample)
    {
        if (sample.Candidate.Total == 0 || sample.Candidate.Total < gate.MinSamples)
        {
            return null;
        }

        // A bin that was never hit may be absent from counts; the baseline knows all of them.
        var candidate = sample.Candidate.AlignedWith(sample.CandidateBaseline);
        var stable = sample.Stable.AlignedWith(sample.StableBaseline);
        var stableHasData = sample.Stable.Total > 0 && sample.Stable.Total >= gate.MinSamples;
        if (name == GateTypes.PredictionDrift && stableHasData && HaveSameBins(candidate, stable))
        {
            return Measure(gate, sample.Name, candidate, stable, sharedWithStable: false, null);
        }

        if (sample.CandidateBaseline.Total == 0)
        {
            return null;
        }

        double? stableSize = stableHasData && sample.StableBaseline.Total > 0 ? Size(gate, stable, sample.StableBaseline.AlignedWith(stable)) : null;
        var baseline = sample.CandidateBaseline.AlignedWith(candidate);
        return Measure(gate, sample.Name, candidate, baseline, stableSize is null ? null : stableSize >= gate.MaxDrift, stableSize);
    }

    /// <summary>Numeric edges must be the same; categories may differ by those never seen.</summary>
    static bool HaveSameBins(Histogram candidate, Histogram stable) =>
        candidate.HasSameBins(stable) || (!candidate.IsOrdered && !stable.IsOrdered && candidate.Names.Count > 0 && stable.Names.Count > 0);

    static DriftComparison Measure(GateSpec gate, string name, Histogram first, Histogram second, bool? sharedWithStable, double? stableSize)
    {
        first = first.AlignedWith(second);
        second = second.AlignedWith(first);
        var pValue = gate.Statistic == DriftStatistic.Psi ? Distributions.ChiSquarePValue(first, second) : Distributions.KolmogorovSmirnovPValue(first, second);
        return new DriftComparison(name, Size(gate, first, second), pValue, first.Total, second.Total, sharedWithStable, stableSize);
    }

    static double Size(GateSpec gate, Histogram first, Histogram second)
    {
        first = first.AlignedWith(second);
        second = second.AlignedWith(first);
        return gate.Statistic == DriftStatistic.Psi
            ? Math.Max(0, Distributions.Psi(first, second) - Distributions.PsiExpectedByChance(first, second))
            : Distributions.KolmogorovSmirnov(first, second);
    }

    static string Describe(GateSpec gate, DriftComparison[] comparisons, int all, string what)
    {
        var statistic = gate.Statistic == DriftStatistic.Psi ? "PSI" : "KS";
        var listed = comparisons.OrderByDescending(comparison => comparison.Size).Take(NamesInMessage).Select(comparison => string.Create(
            CultureInfo.InvariantCulture, $"{comparison.Name} {statistic} {comparison.Size:0.###} (n {comparison.Samples} and {comparison.ReferenceSamples})"));
        var more = comparisons.Length > NamesInMessage ? $" and {comparisons.Length - NamesInMessage} more" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{comparisons.Length} of {all} {what}: {string.Join(", ", listed)}{more}; bound {gate.MaxDrift:0.###}.");
    }
}
