using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Metrics;

/// <summary>The series of a router's comparisons, as it writes them.</summary>
internal sealed class ShadowSeries(MetricRegistry registry)
{
    private static readonly string[] s_pair = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Stable];
    private readonly Counter _pairs = registry.CreateCounter(MetricNames.ShadowPairs, "P.", [.. s_pair, MetricLabels.Outcome]);
    private readonly Histogram _difference = registry.CreateHistogram(MetricNames.ShadowDifference, "D.", [0.1, 1], s_pair);
    private readonly Gauge _squares = registry.CreateRealCounter(MetricNames.ShadowSquaredDifference, "S.", s_pair);
    private readonly Gauge _largest = registry.CreateGauge(MetricNames.ShadowLargestDifference, "L.", s_pair);

    private readonly Counter _blocks = registry.CreateCounter(MetricNames.ShadowRankBlocks, "B.", s_pair);
    private readonly Gauge _distance = registry.CreateRealCounter(MetricNames.ShadowRankDistance, "D.", s_pair);

    private readonly Counter _slicePairs = registry.CreateCounter(MetricNames.ShadowSlicePairs, "P.", [.. s_pair, MetricLabels.Slice, MetricLabels.Outcome]);
    private readonly Counter _sliceNumbers = registry.CreateCounter(MetricNames.ShadowSliceNumbers, "N.", [.. s_pair, MetricLabels.Slice]);
    private readonly Gauge _sliceDifference = registry.CreateRealCounter(MetricNames.ShadowSliceDifference, "D.", [.. s_pair, MetricLabels.Slice]);
    private readonly Gauge _sliceLargest = registry.CreateGauge(MetricNames.ShadowSliceLargestDifference, "L.", [.. s_pair, MetricLabels.Slice]);

    public void CountSlice(string ns, string model, string candidate, string stable, string slice, string outcome, int pairs, double difference = 0)
    {
        _slicePairs.WithLabels(ns, model, candidate, stable, slice, outcome).Increment(pairs);
        _sliceNumbers.WithLabels(ns, model, candidate, stable, slice).Increment(pairs);
        _sliceDifference.WithLabels(ns, model, candidate, stable, slice).Add(pairs * difference);
        _sliceLargest.WithLabels(ns, model, candidate, stable, slice).Set(difference);
    }

    public void Rank(string ns, string model, string candidate, string stable, double distance)
    {
        _blocks.WithLabels(ns, model, candidate, stable).Increment();
        _distance.WithLabels(ns, model, candidate, stable).Add(distance);
    }

    public void Count(string ns, string model, string candidate, string stable, string outcome, long pairs) =>
        _pairs.WithLabels(ns, model, candidate, stable, outcome).Increment(pairs);

    public void Observe(string ns, string model, string candidate, string stable, double difference)
    {
        _difference.WithLabels(ns, model, candidate, stable).Observe(difference);
        _squares.WithLabels(ns, model, candidate, stable).Add(difference * difference);
        var largest = _largest.WithLabels(ns, model, candidate, stable);
        largest.Set(Math.Max(largest.Value, difference));
    }
}
