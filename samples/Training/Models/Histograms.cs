using Canario.Contract;

namespace Canario.Training.Models;

internal static class Histograms
{
    private const int BinCount = 10;

    /// <summary>Deciles of the values as edges, each an observed value: equal shares make a shift visible wherever it happens.</summary>
    public static BaselineHistogram Numeric(string name, IEnumerable<double?> values)
    {
        double?[] all = [.. values];
        double[] known = [.. all.OfType<double>().Order()];
        double[] edges = [.. Enumerable.Range(1, BinCount - 1).Select(i => known[known.Length * i / BinCount]).Distinct()];
        return WithEdges(name, edges, known) with { Missing = all.Length - known.Length };
    }

    public static BaselineHistogram WithEdges(string name, double[] edges, IEnumerable<double> values)
    {
        var counts = new long[edges.Length + 1];
        foreach (var value in values)
        {
            // Bin i holds edges[i-1] < x ≤ edges[i].
            var bin = Array.FindIndex(edges, edge => value <= edge);
            counts[bin < 0 ? edges.Length : bin]++;
        }
        return new BaselineHistogram { Name = name, Edges = edges, Counts = counts };
    }

    public static BaselineHistogram Categorical(string name, IReadOnlyList<string> categories, IEnumerable<string?> values)
    {
        string?[] all = [.. values];
        return new BaselineHistogram
        {
            Name = name,
            Categories = categories,
            Counts = [.. categories.Select(category => all.LongCount(value => value == category))],
            Missing = all.LongCount(value => value is null),
        };
    }
}
