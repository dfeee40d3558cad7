using Canario.Rollouts;
using Canario.Statistics;

namespace Canario.Operator.Metrics.Drift;

/// <summary>What came of reading a revision's counts.</summary>
/// <param name="Look">Null: there was a problem.</param>
/// <param name="HasBaseline">There is something to compare with.</param>
sealed record DriftReading(DriftLook? Look, bool HasBaseline, string? Problem)
{
    public static DriftReading Failed(string problem) => new(null, false, problem);

    /// <param name="counts">In the window.</param>
    public static DriftReading Build(string revision, IEnumerable<KeyValuePair<DriftBin, long>> counts, IEnumerable<KeyValuePair<DriftBin, long>> baseline)
    {
        var trained = baseline.GroupBy(bin => (bin.Key.Kind, bin.Key.Name)).ToDictionary(group => group.Key, ToHistogram);
        var seen = counts.ToLookup(bin => (bin.Key.Kind, bin.Key.Name));
        var samples = new List<DriftSample>(trained.Count);
        foreach (var group in seen.Where(group => group.Key.Kind != DriftKind.Quality))
        {
            if (trained.TryGetValue(group.Key, out var histogram))
                samples.Add(new DriftSample(group.Key.Kind, group.Key.Name, ToHistogram(group), histogram));
        }

        var truths = seen[(DriftKind.Quality, "")].ToList();
        var total = truths.Sum(t => t.Value);
        var right = truths.Where(t => t.Key.Bin == DriftBin.Right).Sum(t => t.Value);
        var look = new DriftLook(revision, samples, truths.Count == 0 ? null : new RateCounts(total, total - right));
        return new DriftReading(look, trained.Count > 0, null);
    }

    private static Histogram ToHistogram(IEnumerable<KeyValuePair<DriftBin, long>> bins) =>
        Histogram.FromBins(bins.Select(bin => KeyValuePair.Create(bin.Key.Bin, Math.Max(0, bin.Value))));
}
