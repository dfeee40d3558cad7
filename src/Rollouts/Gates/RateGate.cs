using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// A share of requests, failed or slow, or of predictions that were wrong: against an absolute bound, against stable's, or both. Fails as soon as the always-valid evidence suffices, which may be
/// before MinSamples; passes never before it. What breaks the absolute bound on both sides at once (a node that stands still, a store that both ask) may pass: unless the candidate is surely the worse one, it is
/// shared with stable, and inconclusive for a while.
/// </summary>
/// <param name="what">The bad ones are.</param>
/// <param name="samples">What is counted, up to the side's name.</param>
sealed class RateGate(string name, string what, string samples = "requests to") : IGateEvaluator
{
    /// <summary>One in twenty: what is asked of stable's guilt is less than of the candidate's, since believing in it only makes a rollback wait for more evidence.</summary>
    static readonly double HardlyChance = Math.Log(20);

    public string Name => name;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha)
    {
        if (measurement is not RateMeasurement { Candidate: var candidate, Stable: var stable } rates || !IsSane(candidate) || !IsSane(stable))
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: more bad requests than requests.");
        }

        if (gate.FindsWinner)
        {
            return RateTest.Judge(gate, rates, alpha, what);
        }

        var shared = alpha / gate.BoundsTested;
        var result = Numbers(gate, rates, shared);
        var isAbove = SequentialProportion.LogEvidenceAbove(candidate.Bad, candidate.Total, gate.MaxShare ?? 1) >= Math.Log(1 / shared);
        var isShared = isAbove && gate.OnFail == OnFail.Rollback && IsBrokenByStable(gate, rates) && !IsRatioBroken(rates, 1, shared);
        if (isAbove && !isShared && gate.MaxShare is { } bound)
        {
            var beside = rates.Concurrent && stable.Total > 0 ? "; " + Describe("stable", stable) : "";
            return result with
            {
                Verdict = Verdict.Fail,
                Threshold = bound,
                Message = $"{Describe("candidate", candidate)}, above the bound of {GateText.Percent(bound)}{beside}.",
            };
        }

        if (gate.MaxRatioToStable is { } ratio && Share(candidate) - Share(stable) >= gate.MinDifference && IsRatioBroken(rates, ratio, shared))
        {
            return result with
            {
                Verdict = Verdict.Fail,
                Threshold = gate.MaxShare is null ? ratio : ratio * Share(stable),
                Message = $"{Describe("candidate", candidate)}, stable {Describe("", stable)}: surely more than {Number(ratio)} times stable's.",
            };
        }

        return isShared ? Shared(rates, result, shared) : Undecided(gate, rates, result);
    }

    /// <summary>A candidate that is surely the better one is not taken back for it, however long it lasts.</summary>
    GateResult Shared(RateMeasurement rates, GateResult result, double alpha) => result with
    {
        Verdict = Verdict.Inconclusive,
        SharedWithStable = !IsRatioBroken(new RateMeasurement(rates.Stable, rates.Candidate), 1, alpha),
        Message = $"{Describe("candidate", rates.Candidate)}, stable {Describe("", rates.Stable)}: both beyond the bound.",
    };

    GateResult Undecided(GateSpec gate, RateMeasurement rates, GateResult result)
    {
        var (candidate, stable) = (rates.Candidate, rates.Stable);
        if (candidate.Total == 0 || candidate.Total < gate.MinSamples)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{candidate.Total} of {gate.MinSamples} {samples} the candidate." };
        }

        // With an absolute bound beside it, a stable that is not there to compare with does not keep a good candidate back.
        var comparable = stable.Total > 0 && stable.Total >= gate.MinSamples;
        if (gate is { MaxRatioToStable: not null, MaxShare: null } && !comparable)
        {
            return result with { Verdict = Verdict.InsufficientData, Message = $"{stable.Total} of {gate.MinSamples} {samples} stable to compare with." };
        }

        var share = Share(candidate);
        var aboveBound = share > gate.MaxShare;
        var aboveStable = comparable && share > gate.MaxRatioToStable * Share(stable) && share - Share(stable) >= gate.MinDifference;
        var numbers = comparable ? $"{Describe("candidate", candidate)}, stable {Describe("", stable)}" : Describe("candidate", candidate);
        return aboveBound || aboveStable
            ? result with { Verdict = Verdict.Inconclusive, Message = numbers + ": beyond the bound, but it may be chance." }
            : result with { Verdict = Verdict.Pass, Message = numbers + "." };
    }

    /// <summary>In the same window, under the same load, stable is beyond the absolute bound too, and hardly by chance.</summary>
    static bool IsBrokenByStable(GateSpec gate, RateMeasurement rates) =>
        rates is { Concurrent: true, Stable: var stable } && gate.MaxShare is { } bound && SequentialProportion.LogEvidenceAbove(stable.Bad, stable.Total, bound) >= HardlyChance;

    static bool IsRatioBroken(RateMeasurement rates, double ratio, double alpha)
    {
        var (candidate, stable) = (rates.Candidate, rates.Stable);
        if (rates.Concurrent)
        {
            return SequentialRatio.LogEvidenceAbove(candidate.Bad, candidate.Total, stable.Bad, stable.Total, ratio) >= Math.Log(1 / alpha);
        }

        // One after the other, the sides of bad requests say nothing; two confidence sequences that lie apart do, in any order.
        return stable.Total > 0
            && SequentialProportion.Confidence(candidate.Bad, candidate.Total, alpha / 2).Low
                > ratio * SequentialProportion.Confidence(stable.Bad, stable.Total, alpha / 2).High;
    }

    static GateResult Numbers(GateSpec gate, RateMeasurement rates, double alpha)
    {
        var (candidate, stable) = (rates.Candidate, rates.Stable);
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with
        {
            Samples = candidate.Total,
            Value = candidate.Total > 0 ? Share(candidate) : null,
            Threshold = gate.MaxShare ?? gate.MaxRatioToStable,
            StableSamples = stable.Total,
            StableValue = stable.Total > 0 ? Share(stable) : null,
        };
        if (candidate.Total == 0)
        {
            return result;
        }

        if (gate.MaxRatioToStable is not null && gate.MaxShare is null && rates.Concurrent && stable.Total > 0)
        {
            var ratio = SequentialRatio.Confidence(candidate.Bad, candidate.Total, stable.Bad, stable.Total, alpha);
            return result with
            {
                Effect = stable.Bad > 0 ? Share(candidate) / Share(stable) : null,
                EffectLow = GateEvaluators.Finite(ratio.Low),
                EffectHigh = GateEvaluators.Finite(ratio.High),
            };
        }

        var interval = SequentialProportion.Confidence(candidate.Bad, candidate.Total, alpha);
        return result with { Effect = Share(candidate), EffectLow = interval.Low, EffectHigh = interval.High };
    }

    string Describe(string side, RateCounts counts) => GateText.Share(side, counts, what);

    static bool IsSane(RateCounts counts) => counts.Bad >= 0 && counts.Total >= counts.Bad;

    static double Share(RateCounts counts) => counts.Total == 0 ? 0 : (double)counts.Bad / counts.Total;

    static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
