namespace Canario.Statistics;

/// <summary>Correction for many tests at once: 200 features at 0.05 raise 10 false alarms a look without it.</summary>
public static class BenjaminiHochberg
{
    /// <summary>Adjusted p-values in the order given; those at most α are rejected with a false discovery rate of at most α. Source: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995).</summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        var order = Enumerable.Range(0, pValues.Count).OrderByDescending(i => pValues[i]).ToArray();
        var adjusted = new double[pValues.Count];
        var smallest = 1.0;
        for (var i = 0; i < order.Length; i++)
        {
            var rank = order.Length - i;
            smallest = Math.Min(smallest, pValues[order[i]] * order.Length / rank);
            adjusted[order[i]] = smallest;
        }

        return adjusted;
    }
}
