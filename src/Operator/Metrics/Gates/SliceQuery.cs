using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>The slices of a shadow's pairs, out of the series that the routers have of each.</summary>
static class SliceQuery
{
    /// <summary>Of all routers together; each bounds its own.</summary>
    private const int MostSlices = 32;

    public static IReadOnlyList<string> Names { get; } =
    [
        MetricNames.ShadowSlicePairs, MetricNames.ShadowSliceNumbers, MetricNames.ShadowSliceDifference, MetricNames.ShadowSliceLargestDifference, MetricNames.ShadowSliceRankBlocks, MetricNames.ShadowSliceRankDistance,
    ];

    public static IReadOnlyList<ShadowSlice> Read(RevisionWindow window) =>
    [
        .. window.Series
            .Where(s => s[MetricLabels.Slice].Length > 0)
            .GroupBy(s => s[MetricLabels.Slice], StringComparer.Ordinal)
            .OrderBy(slice => slice.Key, StringComparer.Ordinal)
            .Take(MostSlices)
            .Select(slice => Read(slice.Key, window with { Series = [.. slice] }))
            .Where(slice => slice.Pairs > 0),
    ];

    private static ShadowSlice Read(string name, RevisionWindow slice)
    {
        var pairs = slice.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowSlicePairs);
        var blocks = slice.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowSliceRankBlocks);
        return new ShadowSlice(
            name,
            pairs,
            slice.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowSlicePairs && s[MetricLabels.Outcome] != ShadowOutcomes.Agreed),
            Math.Min(pairs, slice.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowSliceNumbers)),
            slice.Real(MetricNames.ShadowSliceDifference),
            slice.Newest(MetricNames.ShadowSliceLargestDifference),
            blocks,
            Math.Clamp(slice.Real(MetricNames.ShadowSliceRankDistance), 0, blocks));
    }
}
