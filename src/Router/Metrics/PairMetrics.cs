using Canario.Contract;
using Canario.Router.Mirroring;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Metrics;

/// <summary>Series of two revisions' answers to the same requests. Its owner lets in one at a time.</summary>
internal sealed class PairMetrics
{
    private static readonly string[] s_outcomes =
    [
        ShadowOutcomes.Agreed, ShadowOutcomes.Disagreed, ShadowOutcomes.CandidateFailed, ShadowOutcomes.StableFailed, ShadowOutcomes.BothFailed, ShadowOutcomes.NotComparable,
    ];

    private readonly string[] _labels;
    private readonly RouterMetrics _families;
    private readonly Dictionary<string, CounterChild> _byOutcome;
    private readonly HistogramChild _difference;
    private readonly GaugeChild _squares;
    private readonly GaugeChild _largest;

    public PairMetrics(ModelIdentity candidate, string stable, RouterMetrics families)
    {
        _labels = [candidate.Namespace, candidate.Model, candidate.Revision, stable];
        _families = families;
        _byOutcome = s_outcomes.ToDictionary(o => o, o => families.ShadowPairs.WithLabels([.. _labels, o]), StringComparer.Ordinal);
        _difference = families.ShadowDifference.WithLabels(_labels);
        _squares = families.ShadowSquaredDifference.WithLabels(_labels);
        _largest = families.ShadowLargestDifference.WithLabels(_labels);
    }

    public void Count(string outcome, in AnswerDifference difference)
    {
        if (difference.Numbers > 0)
        {
            _difference.Observe(difference.Mean);
            _squares.Add(difference.Mean * difference.Mean);
            if (difference.Largest > _largest.Value) _largest.Set(difference.Largest);
        }
        _byOutcome[outcome].Increment();
    }

    public void Remove()
    {
        foreach (string outcome in s_outcomes) _families.ShadowPairs.Remove([.. _labels, outcome]);
        _families.ShadowDifference.Remove(_labels);
        _families.ShadowSquaredDifference.Remove(_labels);
        _families.ShadowLargestDifference.Remove(_labels);
    }
}
