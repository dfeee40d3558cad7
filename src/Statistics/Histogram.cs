using System.Collections.ObjectModel;
using System.Globalization;

namespace Canario.Statistics;

/// <summary>
/// Counts by named bin, in a fixed order: numeric bins (named by their upper edge, the last one <c>+Inf</c>) ascending, then all others by ordinal name.
/// Made from the counters of many pods, so equal names are added up.
/// </summary>
public sealed class Histogram
{
    readonly string[] names;
    readonly long[] counts;

    Histogram(string[] names, long[] counts, int numericBins)
    {
        this.names = names;
        this.counts = counts;
        NumericBins = numericBins;
        foreach (var count in counts)
        {
            Total += count;
        }
    }

    public static Histogram Empty { get; } = new([], [], 0);

    public IReadOnlyList<string> Names => new ReadOnlyCollection<string>(names);

    public IReadOnlyList<long> Counts => new ReadOnlyCollection<long>(counts);

    /// <summary>How many of the first bins have a numeric edge and are therefore ordered.</summary>
    public int NumericBins { get; }

    /// <summary>Numeric: at least one bin has an edge. The missing and other bins beside it are ignored by tests that need an order.</summary>
    public bool IsOrdered => NumericBins > 0;

    public long Total { get; }

    /// <summary>Builds a histogram; bins of the same name are added up. A negative count is an error of the caller.</summary>
    public static Histogram FromBins(IEnumerable<KeyValuePair<string, long>> bins)
    {
        var merged = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in bins)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            merged[name] = merged.GetValueOrDefault(name) + count;
        }

        var ordered = merged
            .Select(bin => (bin.Key, bin.Value, Edge: EdgeOf(bin.Key)))
            .OrderBy(bin => bin.Edge is null)
            .ThenBy(bin => bin.Edge ?? 0)
            .ThenBy(bin => bin.Key, StringComparer.Ordinal)
            .ToArray();
        return new Histogram(
            [.. ordered.Select(bin => bin.Key)], [.. ordered.Select(bin => bin.Value)], ordered.Count(bin => bin.Edge is not null));
    }

    /// <summary>The sum of two histograms, over the union of their bins.</summary>
    public Histogram Merge(Histogram other) => FromBins(Bins().Concat(other.Bins()));

    /// <summary>Same bins in the same order: their counts may be compared bin by bin.</summary>
    public bool HasSameBins(Histogram other) => names.AsSpan().SequenceEqual(other.names);

    /// <summary>This histogram over the union of both sets of bins, with 0 where it has none: a bin that was never hit may be absent from one side.</summary>
    public Histogram AlignedWith(Histogram other) =>
        HasSameBins(other) ? this : FromBins(Bins().Concat(other.names.Select(name => KeyValuePair.Create(name, 0L))));

    IEnumerable<KeyValuePair<string, long>> Bins()
    {
        for (var i = 0; i < names.Length; i++)
        {
            yield return KeyValuePair.Create(names[i], counts[i]);
        }
    }

    static double? EdgeOf(string name) => name switch
    {
        "+Inf" => double.PositiveInfinity,
        _ when double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var edge) && double.IsFinite(edge) => edge,
        _ => null,
    };
}
