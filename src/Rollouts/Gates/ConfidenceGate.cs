using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// How much less sure of its answers the candidate is than stable, on the same traffic: the drop of the mean of the largest class probability. A model that meets data it was not made for, or was trained on less,
/// loses confidence before anybody knows the truth. Confidences lie between 0 and 1, so each side's mean has an exact always-valid interval (<see cref="SequentialBoundedMean"/>), each with half of alpha; the drop lies between
/// their ends, at every look at once, whether the sides were served together or one after the other. Fails as soon as the evidence suffices; passes never before MinSamples of both sides.
/// </summary>
sealed class ConfidenceGate : IGateEvaluator
{
    public string Name => GateTypes.Confidence;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha)
    {
        if (measurement is not MeanMeasurement { Candidate: var candidate, Stable: var stable } || !IsSane(candidate) || !IsSane(stable))
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: confidences that are not from 0 to 1.");
        }

        var drop = Mean(stable) - Mean(candidate);
        var (low, high) = Interval(candidate, stable, alpha);
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with
        {
            Samples = candidate.Count,
            Value = candidate.Count > 0 ? Mean(candidate) : null,
            Threshold = gate.MaxDrop,
            StableSamples = stable.Count,
            StableValue = stable.Count > 0 ? Mean(stable) : null,
        };
        if (candidate.Count > 0 && stable.Count > 0)
        {
            result = result with { Effect = drop, EffectLow = low, EffectHigh = high };
        }

        if (low > gate.MaxDrop)
        {
            return result with { Verdict = Verdict.Fail, Message = $"{Describe(result)}, surely more than {Number(gate.MaxDrop.Value)}." };
        }

        if (Math.Min(candidate.Count, stable.Count) < Math.Max(1, gate.MinSamples))
        {
            return result with { Message = $"{candidate.Count} of {gate.MinSamples} confidences of the candidate, {stable.Count} of {gate.MinSamples} of stable." };
        }

        return drop > gate.MaxDrop
            ? result with { Verdict = Verdict.Inconclusive, Message = $"{Describe(result)}: beyond the bound of {Number(gate.MaxDrop.Value)}, but it may be chance." }
            : result with { Verdict = Verdict.Pass, Message = $"{Describe(result)}." };
    }

    static (double Low, double High) Interval(MeanCounts candidate, MeanCounts stable, double alpha)
    {
        var (one, other) = (SequentialBoundedMean.Confidence(candidate.Count, candidate.Sum, alpha / 2), SequentialBoundedMean.Confidence(stable.Count, stable.Sum, alpha / 2));
        return (other.Low - one.High, other.High - one.Low);
    }

    static string Describe(GateResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"mean confidence {Number(result.Value!.Value)} (n {result.Samples}), stable's {Number(result.StableValue!.Value)} (n {result.StableSamples}): a drop of {Number(result.Effect!.Value)}, between {Number(result.EffectLow!.Value)} and {Number(result.EffectHigh!.Value)}");

    static bool IsSane(MeanCounts counts) => counts.Sum >= 0 && counts.Sum <= counts.Count;

    static double Mean(MeanCounts counts) => counts.Count == 0 ? 0 : counts.Sum / counts.Count;

    static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
