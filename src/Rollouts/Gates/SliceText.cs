using System.Globalization;
using Canario.Statistics;

namespace Canario.Rollouts;

/// <summary>The slice in which answers differ most, in words. For people: a gate judges all requests together, and no slice by itself.</summary>
static class SliceText
{
    /// <summary>Of a slice that is named for its numbers: of a few pairs one that lies far apart makes the mean.</summary>
    const long EnoughPairs = 30;

    /// <summary>Level of the interval by which slices are ordered, so that a slice of a few pairs is not the worst by chance.</summary>
    const double Alpha = 0.01;

    /// <returns>Empty: there is only one, or none that stands out.</returns>
    public static string Describe(IReadOnlyList<ShadowSlice> slices)
    {
        var sane = slices.Where(slice => slice.Pairs > 0 && slice.Bad >= 0 && slice.Bad <= slice.Pairs && slice.Differences <= slice.Pairs).ToArray();
        if (sane.Length < 2)
        {
            return "";
        }

        var worst = Array.Exists(sane, slice => slice.Bad > 0)
            ? sane.OrderByDescending(slice => SequentialProportion.Confidence(slice.Bad, slice.Pairs, Alpha).Low).ThenBy(slice => slice.Name, StringComparer.Ordinal).First()
            : sane.Where(slice => slice.Differences >= EnoughPairs && slice.SumOfDifferences > 0).OrderByDescending(Mean).ThenBy(slice => slice.Name, StringComparer.Ordinal).FirstOrDefault();
        return worst is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; worst slice {worst.Name}: {GateText.Percent((double)worst.Bad / worst.Pairs)} differ ({worst.Bad} of {worst.Pairs}){Numbers(worst)}");
    }

    static string Numbers(ShadowSlice slice)
    {
        var largest = slice.LargestDifference is { } most ? string.Create(CultureInfo.InvariantCulture, $", at most {most:G4}") : "";
        var apart = slice.Differences > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Mean(slice):G4} apart{largest}") : "";
        return slice.RankBlocks > 0 ? string.Create(CultureInfo.InvariantCulture, $"{apart}, rank correlation {1 - 2 * slice.RankDistance / slice.RankBlocks:0.###}") : apart;
    }

    static double Mean(ShadowSlice slice) => slice.Differences == 0 ? 0 : slice.SumOfDifferences / slice.Differences;
}
