using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>
/// Which side of an A/B test has the smaller share of bad requests. Two-sided: the always-valid confidence sequence of the ratio of the shares lies on one side of 1. It may be looked at however often, and
/// names a winner where there is none with probability at most alpha.
/// </summary>
static class RateTest
{
    public static GateResult Judge(GateSpec gate, RateMeasurement rates, double alpha, string what)
    {
        var (candidate, stable) = (rates.Candidate, rates.Stable);
        var result = GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "") with
        {
            Samples = candidate.Total,
            Value = candidate.Total > 0 ? (double)candidate.Bad / candidate.Total : null,
            StableSamples = stable.Total,
            StableValue = stable.Total > 0 ? (double)stable.Bad / stable.Total : null,
            Threshold = 1,
        };
        // One after the other the two had other requests, and another day.
        if (!rates.Concurrent)
        {
            return result with { Message = "The two sides are not served at the same time." };
        }

        if (Math.Min(candidate.Total, stable.Total) < Math.Max(1, gate.MinSamples))
        {
            return result with { Message = $"{candidate.Total} of {gate.MinSamples} requests to the candidate, {stable.Total} of {gate.MinSamples} to stable." };
        }

        var ratio = SequentialRatio.Confidence(candidate.Bad, candidate.Total, stable.Bad, stable.Total, alpha);
        return result with
        {
            Verdict = ratio.High < 1 ? Verdict.Pass : ratio.Low > 1 ? Verdict.Fail : Verdict.Inconclusive,
            Effect = stable.Bad > 0 ? result.Value / result.StableValue : null,
            EffectLow = GateEvaluators.Finite(ratio.Low),
            EffectHigh = GateEvaluators.Finite(ratio.High),
            Message = $"{GateText.Share("candidate", candidate, what)}, stable {GateText.Share("", stable, what)}: {Describe(ratio)} times stable's.",
        };
    }

    static string Describe(Interval ratio) => double.IsFinite(ratio.High)
        ? string.Create(CultureInfo.InvariantCulture, $"between {ratio.Low:0.###} and {ratio.High:0.###}")
        : string.Create(CultureInfo.InvariantCulture, $"at least {ratio.Low:0.###}");
}
