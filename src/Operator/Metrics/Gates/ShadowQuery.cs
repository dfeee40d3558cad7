using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>How the candidate's answers to copies compare with those that users got of stable, as the routers counted.</summary>
sealed class ShadowQuery : IGateQuery
{
    private const string Sum = MetricNames.ShadowDifference + "_sum";
    private const string Count = MetricNames.ShadowDifference + "_count";

    public string GateType => GateTypes.ShadowAgreement;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) => new(
        [MetricNames.ShadowPairs, Sum, Count, MetricNames.ShadowSquaredDifference, MetricNames.ShadowLargestDifference, MetricNames.ShadowRankBlocks, MetricNames.ShadowRankDistance, .. SliceQuery.Names],
        (MetricLabels.Namespace, [ns]), (MetricLabels.Model, [model]), (MetricLabels.Revision, [revision]));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable)
    {
        var window = candidate with { Series = [.. candidate.Series.Where(s => s[MetricLabels.Stable] == request.Stable)] };
        if (window.Series.Count == 0)
            return NoData.Instance;
        var (agreed, disagreed, failed) = (Pairs(window, ShadowOutcomes.Agreed), Pairs(window, ShadowOutcomes.Disagreed), Pairs(window, ShadowOutcomes.CandidateFailed));
        var pairs = agreed + disagreed + failed;
        var blocks = window.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowRankBlocks);
        return new ShadowMeasurement
        {
            Pairs = pairs,
            Disagreements = disagreed,
            CandidateErrors = failed,
            // The routers go on counting while their page is written: the lines that come later may know of a pair more.
            Differences = Math.Min(pairs, window.Increase(s => s[MetricSeries.NameLabel] == Count)),
            SumOfDifferences = window.Real(Sum),
            SumOfSquares = window.Real(MetricNames.ShadowSquaredDifference),
            LargestDifference = window.Newest(MetricNames.ShadowLargestDifference),
            RankBlocks = blocks,
            RankedPairs = blocks * ShadowRanks.BlockPairs,
            RankDistance = Math.Clamp(window.Real(MetricNames.ShadowRankDistance), 0, blocks),
            Slices = SliceQuery.Read(window),
        };
    }

    private static long Pairs(RevisionWindow window, string outcome) =>
        window.Increase(s => s[MetricSeries.NameLabel] == MetricNames.ShadowPairs && s[MetricLabels.Outcome] == outcome);
}
