using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// Mean absolute error of predicted numbers: against a bound, against stable's, or both. Errors have no bound of their own, so the always-valid intervals are asymptotic ones (<see cref="SequentialMean"/>),
/// and nothing fails before MinSamples. The ratio is surely broken when the candidate's whole interval lies above that many times stable's, each held with half of alpha.
/// </summary>
static class MeanErrorTest
{
    public static GateResult Judge(GateSpec gate, MeanMeasurement errors, double alpha)
    {
        var (candidate, stable) = (errors.Candidate, errors.Stable);
        if (!IsSane(candidate) || !IsSane(stable))
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: sums of errors that cannot be.");
        }

        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with
        {
            Samples = candidate.Count,
            Value = candidate.Count > 0 ? Mean(candidate) : null,
            StableSamples = stable.Count,
            StableValue = stable.Count > 0 ? Mean(stable) : null,
            Threshold = gate.MaxValue ?? gate.MaxRatioToStable,
        };
        if (candidate.Count == 0 || candidate.Count < gate.MinSamples)
        {
            return result with { Message = $"{candidate.Count} of {gate.MinSamples} known truths of the candidate." };
        }

        var comparable = stable.Count > 0 && stable.Count >= gate.MinSamples;
        if (gate is { MaxRatioToStable: not null, MaxValue: null } && !comparable)
        {
            return result with { Message = $"{stable.Count} of {gate.MinSamples} known truths of stable to compare with." };
        }

        return Compare(gate, errors, result, comparable, gate is { MaxValue: not null, MaxRatioToStable: not null } ? alpha / 2 : alpha);
    }

    static GateResult Compare(GateSpec gate, MeanMeasurement errors, GateResult result, bool comparable, double alpha)
    {
        var (candidate, stable) = (errors.Candidate, errors.Stable);
        var interval = Confidence(candidate, alpha);
        var numbers = $"candidate's mean absolute error is {Number(Mean(candidate))} (n {candidate.Count})";
        if (comparable)
        {
            numbers += $", stable's {Number(Mean(stable))} (n {stable.Count})";
        }

        result = result with { Effect = Mean(candidate), EffectLow = GateEvaluators.Finite(interval.Low), EffectHigh = GateEvaluators.Finite(interval.High) };
        if (gate.MaxValue is { } bound && interval.Low > bound)
        {
            return result with { Verdict = Verdict.Fail, Threshold = bound, Message = $"{numbers}: surely above the bound of {Number(bound)}." };
        }

        if (comparable && gate.MaxRatioToStable is { } ratio && Confidence(candidate, alpha / 2).Low > ratio * Confidence(stable, alpha / 2).High)
        {
            return result with { Verdict = Verdict.Fail, Threshold = gate.MaxValue is null ? ratio : ratio * Mean(stable), Message = $"{numbers}: surely more than {Number(ratio)} times stable's." };
        }

        return Mean(candidate) > gate.MaxValue || (comparable && Mean(candidate) > gate.MaxRatioToStable * Mean(stable))
            ? result with { Verdict = Verdict.Inconclusive, Message = numbers + ": beyond the bound, but it may be chance." }
            : result with { Verdict = Verdict.Pass, Message = numbers + "." };
    }

    static bool IsSane(MeanCounts counts) =>
        counts is { Count: >= 0, Sum: >= 0 and < double.PositiveInfinity, SumOfSquares: >= 0 and < double.PositiveInfinity };

    static Interval Confidence(MeanCounts counts, double alpha) => SequentialMean.Confidence(counts.Count, counts.Sum, counts.SumOfSquares, alpha);

    static double Mean(MeanCounts counts) => counts.Sum / counts.Count;

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
