using Canario.Contract;
using Canario.Router.Mirroring;
using Canario.Telemetry.Metrics;

namespace Canario.Router.Metrics;

/// <summary>Series of the pairs of one slice. Only pairs that say something of the candidate are counted.</summary>
internal sealed class SliceMetrics
{
    private static readonly string[] s_outcomes = [ShadowOutcomes.Agreed, ShadowOutcomes.Disagreed, ShadowOutcomes.CandidateFailed];

    private readonly string[] _labels;
    private readonly RouterMetrics _families;
    private readonly Dictionary<string, CounterChild> _byOutcome;
    private readonly CounterChild _numbers;
    private readonly GaugeChild _difference;
    private readonly GaugeChild _largest;
    private readonly RankBlock _ranks = new();
    private readonly CounterChild _rankBlocks;
    private readonly GaugeChild _rankDistance;

    /// <param name="labels">Of the pair of revisions, and the slice.</param>
    public SliceMetrics(string[] labels, RouterMetrics families)
    {
        _labels = labels;
        _families = families;
        _byOutcome = s_outcomes.ToDictionary(o => o, o => families.SlicePairs.WithLabels([.. labels, o]), StringComparer.Ordinal);
        _numbers = families.SliceNumbers.WithLabels(labels);
        _difference = families.SliceDifference.WithLabels(labels);
        _largest = families.SliceLargestDifference.WithLabels(labels);
        _rankBlocks = families.SliceRankBlocks.WithLabels(labels);
        _rankDistance = families.SliceRankDistance.WithLabels(labels);
    }

    public void Count(string outcome, in AnswerDifference difference)
    {
        if (!_byOutcome.TryGetValue(outcome, out var pairs)) return;
        if (difference.Numbers > 0)
        {
            _numbers.Increment();
            _difference.Add(difference.Mean);
            if (difference.Largest > _largest.Value) _largest.Set(difference.Largest);
            if (_ranks.Add(difference.First.Span) is { } distance)
            {
                _rankDistance.Add(distance);
                _rankBlocks.Increment();
            }
        }
        pairs.Increment();
    }

    public void Remove()
    {
        foreach (string outcome in s_outcomes) _families.SlicePairs.Remove([.. _labels, outcome]);
        _families.SliceNumbers.Remove(_labels);
        _families.SliceDifference.Remove(_labels);
        _families.SliceLargestDifference.Remove(_labels);
        _families.SliceRankBlocks.Remove(_labels);
        _families.SliceRankDistance.Remove(_labels);
    }
}
