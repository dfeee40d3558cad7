using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// Answers to the same requests, candidate's beside stable's: the share that differs, how far numbers lie apart, and whether they are in the same order. A request that only the candidate failed on is an answer that differs.
/// All are judged by always-valid evidence; the distance, which has no bound of its own, only from MinSamples pairs on. Rank correlations come as a mean over blocks, each of which lies between −1 and 1
/// whatever the numbers are, so that <see cref="SequentialBoundedMean"/> is exact for them.
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

        var shared = alpha / gate.BoundsTested;
        var result = Numbers(gate, pairs, shared);
        if (gate.MaxShare is { } bound && SequentialProportion.LogEvidenceAbove(Bad(pairs), pairs.Pairs, bound) >= Math.Log(1 / shared))
        {
            return result with { Verdict = Verdict.Fail, Message = $"{Describe(pairs)}: above the bound of {GateText.Percent(bound)}." };
        }

        if (gate.MinRankCorrelation is { } least && SequentialBoundedMean.LogEvidenceAbove(pairs.RankBlocks, pairs.RankDistance, (1 - least) / 2) >= Math.Log(1 / shared))
        {
            return OfRanks(result, pairs, least, shared) with { Verdict = Verdict.Fail, Message = $"{Describe(pairs)}: surely below a rank correlation of {Number(least)}." };
        }

        if (pairs.Pairs == 0 || pairs.Pairs < gate.MinSamples)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{pairs.Pairs} of {gate.MinSamples} pairs of answers." };
        }

        return gate.MaxMeanDifference is { } distance ? JudgeDistance(gate, pairs, result, distance, shared) : JudgeRanks(gate, pairs, result, shared);
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
            : JudgeRanks(gate, pairs, result, alpha);
    }

    static GateResult JudgeRanks(GateSpec gate, ShadowMeasurement pairs, GateResult result, double alpha)
    {
        if (gate.MinRankCorrelation is not { } least)
        {
            return JudgeShare(gate, pairs, result);
        }

        if (pairs.RankBlocks == 0 || pairs.RankedPairs < gate.MinSamples)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{Describe(pairs)}: {pairs.RankedPairs} of {gate.MinSamples} pairs are ranked." };
        }

        return Correlation(pairs) < least
            ? OfRanks(result, pairs, least, alpha) with { Verdict = Verdict.Inconclusive, Message = $"{Describe(pairs)}: below a rank correlation of {Number(least)}, but it may be chance." }
            : JudgeShare(gate, pairs, result);
    }

    static GateResult JudgeShare(GateSpec gate, ShadowMeasurement pairs, GateResult result) => Share(pairs) > gate.MaxShare
        ? result with { Verdict = Verdict.Inconclusive, Message = $"{Describe(pairs)}: beyond the bound, but it may be chance." }
        : result with { Verdict = Verdict.Pass, Message = $"{Describe(pairs)}." };

    static GateResult Numbers(GateSpec gate, ShadowMeasurement pairs, double alpha)
    {
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with { Samples = pairs.Pairs, Threshold = gate.MaxShare ?? gate.MaxMeanDifference ?? gate.MinRankCorrelation };
        if (pairs.Pairs == 0)
        {
            return result;
        }

        if (gate is { MaxShare: null, MaxMeanDifference: null, MinRankCorrelation: { } least })
        {
            return pairs.RankBlocks == 0 ? result : OfRanks(result, pairs, least, alpha);
        }

        var interval = SequentialProportion.Confidence(Bad(pairs), pairs.Pairs, alpha);
        return gate.MaxShare is null && pairs.Differences > 0
            ? result with { Value = Mean(pairs) }
            : result with { Value = Share(pairs), Effect = Share(pairs), EffectLow = interval.Low, EffectHigh = interval.High };
    }

    static GateResult OfRanks(GateResult result, ShadowMeasurement pairs, double least, double alpha)
    {
        var distance = SequentialBoundedMean.Confidence(pairs.RankBlocks, pairs.RankDistance, alpha);
        return result with { Value = Correlation(pairs), Threshold = least, Effect = Correlation(pairs), EffectLow = 1 - 2 * distance.High, EffectHigh = 1 - 2 * distance.Low };
    }

    static string Describe(ShadowMeasurement pairs)
    {
        var errors = pairs.CandidateErrors > 0 ? string.Create(CultureInfo.InvariantCulture, $", {pairs.CandidateErrors} of them errors that only the candidate had") : "";
        var largest = pairs.LargestDifference is { } most ? $", at most {Number(most)}" : "";
        var numbers = pairs.Differences > 0 ? $"; numbers lie {Number(Mean(pairs))} apart on average{largest}" : "";
        var ranks = pairs.RankBlocks > 0 ? string.Create(CultureInfo.InvariantCulture, $"; rank correlation {Correlation(pairs):0.###} ({pairs.RankBlocks} blocks, {pairs.RankedPairs} pairs)") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{GateText.Percent(Share(pairs))} of the answers differ from stable's ({Bad(pairs)} of {pairs.Pairs}{errors}){numbers}{ranks}{SliceText.Describe(pairs.Slices)}");
    }

    static bool IsSane(ShadowMeasurement pairs) =>
        pairs is { Disagreements: >= 0, CandidateErrors: >= 0, Differences: >= 0, SumOfDifferences: >= 0 and < double.PositiveInfinity, SumOfSquares: >= 0 and < double.PositiveInfinity }
        && Bad(pairs) <= pairs.Pairs && pairs.Differences <= pairs.Pairs
        && pairs.RankDistance >= 0 && pairs.RankDistance <= pairs.RankBlocks;

    static long Bad(ShadowMeasurement pairs) => pairs.Disagreements + pairs.CandidateErrors;

    static double Share(ShadowMeasurement pairs) => pairs.Pairs == 0 ? 0 : (double)Bad(pairs) / pairs.Pairs;

    static double Mean(ShadowMeasurement pairs) => pairs.Differences == 0 ? 0 : pairs.SumOfDifferences / pairs.Differences;

    static double Correlation(ShadowMeasurement pairs) => pairs.RankBlocks == 0 ? 0 : 1 - 2 * pairs.RankDistance / pairs.RankBlocks;

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
