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

    // One more than a server names: what it calls other.
    private const int MostSlices = Slices.MostNamed + 1;

    private readonly Dictionary<string, SliceMetrics> _slices = new(StringComparer.Ordinal);
    private readonly string[] _labels;
    private readonly RouterMetrics _families;
    private readonly Dictionary<string, CounterChild> _byOutcome;
    private readonly HistogramChild _difference;
    private readonly GaugeChild _squares;
    private readonly GaugeChild _largest;
    private readonly RankBlock _ranks = new();
    private readonly CounterChild _rankBlocks;
    private readonly GaugeChild _rankDistance;

    public PairMetrics(ModelIdentity candidate, string stable, RouterMetrics families)
    {
        _labels = [candidate.Namespace, candidate.Model, candidate.Revision, stable];
        _families = families;
        _byOutcome = s_outcomes.ToDictionary(o => o, o => families.ShadowPairs.WithLabels([.. _labels, o]), StringComparer.Ordinal);
        _difference = families.ShadowDifference.WithLabels(_labels);
        _squares = families.ShadowSquaredDifference.WithLabels(_labels);
        _largest = families.ShadowLargestDifference.WithLabels(_labels);
        _rankBlocks = families.ShadowRankBlocks.WithLabels(_labels);
        _rankDistance = families.ShadowRankDistance.WithLabels(_labels);
    }

    public void Count(string outcome, in AnswerDifference difference, string? slice)
    {
        if (difference.Numbers > 0)
        {
            _difference.Observe(difference.Mean);
            _squares.Add(difference.Mean * difference.Mean);
            if (difference.Largest > _largest.Value) _largest.Set(difference.Largest);
            if (_ranks.Add(difference.First.Span) is { } distance)
            {
                _rankDistance.Add(distance);
                _rankBlocks.Increment();
            }
        }
        _byOutcome[outcome].Increment();
        if (slice is not null) SliceOf(slice).Count(outcome, difference);
    }

    public void Remove()
    {
        foreach (var slice in _slices.Values) slice.Remove();
        foreach (string outcome in s_outcomes) _families.ShadowPairs.Remove([.. _labels, outcome]);
        _families.ShadowDifference.Remove(_labels);
        _families.ShadowSquaredDifference.Remove(_labels);
        _families.ShadowLargestDifference.Remove(_labels);
        _families.ShadowRankBlocks.Remove(_labels);
        _families.ShadowRankDistance.Remove(_labels);
    }

    // A server that names ever more slices gets no more series for it.
    private SliceMetrics SliceOf(string slice)
    {
        if (_slices.TryGetValue(slice, out var metrics)) return metrics;
        if (_slices.Count >= MostSlices && slice != Bins.Other) return SliceOf(Bins.Other);
        _slices.Add(slice, metrics = new SliceMetrics([.. _labels, slice], _families));
        return metrics;
    }
}
