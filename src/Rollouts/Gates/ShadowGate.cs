using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// Answers to the same requests, candidate's beside stable's: the share that differs, and how far numbers lie apart. A request that only the candidate failed on is an answer that differs.
/// Both are judged by always-valid evidence; the distance, which has no bound of its own, only from MinSamples pairs on.
/// </summary>
sealed class ShadowGate : IGateEvaluator
{
    public string Name => GateTypes.ShadowAgreement;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha)
    {
        if (measurement is not ShadowMeasurement pairs || !IsSane(pairs))
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: more answers that differ than answers.");
        }

        var shared = gate is { MaxShare: not null, MaxMeanDifference: not null } ? alpha / 2 : alpha;
        var result = Numbers(gate, pairs, shared);
        if (gate.MaxShare is { } bound && SequentialProportion.LogEvidenceAbove(Bad(pairs), pairs.Pairs, bound) >= Math.Log(1 / shared))
        {
            return result with { Verdict = Verdict.Fail, Message = $"{Describe(pairs)}: above the bound of {GateText.Percent(bound)}." };
        }

        if (pairs.Pairs == 0 || pairs.Pairs < gate.MinSamples)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{pairs.Pairs} of {gate.MinSamples} pairs of answers." };
        }

        return gate.MaxMeanDifference is { } distance ? JudgeDistance(gate, pairs, result, distance, shared) : JudgeShare(gate, pairs, result);
    }

    static GateResult JudgeDistance(GateSpec gate, ShadowMeasurement pairs, GateResult result, double distance, double alpha)
    {
        if (pairs.Differences < gate.MinSamples)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{Describe(pairs)}: {pairs.Differences} of {gate.MinSamples} pairs have numbers." };
        }

        if (SequentialMean.Confidence(pairs.Differences, pairs.SumOfDifferences, pairs.SumOfSquares, alpha).Low > distance)
        {
            return result with
            {
                Verdict = Verdict.Fail,
                Value = Mean(pairs),
                Threshold = distance,
                Message = $"{Describe(pairs)}: their numbers surely lie more than {Number(distance)} apart.",
            };
        }

        return Mean(pairs) > distance
            ? result with { Verdict = Verdict.Inconclusive, Message = $"{Describe(pairs)}: numbers lie more than {Number(distance)} apart, but it may be chance." }
            : JudgeShare(gate, pairs, result);
    }

    static GateResult JudgeShare(GateSpec gate, ShadowMeasurement pairs, GateResult result) => Share(pairs) > gate.MaxShare
        ? result with { Verdict = Verdict.Inconclusive, Message = $"{Describe(pairs)}: beyond the bound, but it may be chance." }
        : result with { Verdict = Verdict.Pass, Message = $"{Describe(pairs)}." };

    static GateResult Numbers(GateSpec gate, ShadowMeasurement pairs, double alpha)
    {
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with { Samples = pairs.Pairs, Threshold = gate.MaxShare ?? gate.MaxMeanDifference };
        if (pairs.Pairs == 0)
        {
            return result;
        }

        var interval = SequentialProportion.Confidence(Bad(pairs), pairs.Pairs, alpha);
        return gate.MaxShare is null && pairs.Differences > 0
            ? result with { Value = Mean(pairs) }
            : result with { Value = Share(pairs), Effect = Share(pairs), EffectLow = interval.Low, EffectHigh = interval.High };
    }

    static string Describe(ShadowMeasurement pairs)
    {
        var errors = pairs.CandidateErrors > 0 ? string.Create(CultureInfo.InvariantCulture, $", {pairs.CandidateErrors} of them errors that only the candidate had") : "";
        var largest = pairs.LargestDifference is { } most ? $", at most {Number(most)}" : "";
        var numbers = pairs.Differences > 0 ? $"; numbers lie {Number(Mean(pairs))} apart on average{largest}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{GateText.Percent(Share(pairs))} of the answers differ from stable's ({Bad(pairs)} of {pairs.Pairs}{errors}){numbers}");
    }

    static bool IsSane(ShadowMeasurement pairs) =>
        pairs is { Disagreements: >= 0, CandidateErrors: >= 0, Differences: >= 0, SumOfDifferences: >= 0 and < double.PositiveInfinity, SumOfSquares: >= 0 and < double.PositiveInfinity }
        && Bad(pairs) <= pairs.Pairs && pairs.Differences <= pairs.Pairs;

    static long Bad(ShadowMeasurement pairs) => pairs.Disagreements + pairs.CandidateErrors;

    static double Share(ShadowMeasurement pairs) => pairs.Pairs == 0 ? 0 : (double)Bad(pairs) / pairs.Pairs;

    static double Mean(ShadowMeasurement pairs) => pairs.Differences == 0 ? 0 : pairs.SumOfDifferences / pairs.Differences;

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
