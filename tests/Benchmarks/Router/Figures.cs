namespace Canario.Benchmarks.Router;

internal static class Figures
{
    /// <param name="values">At least one.</param>
    /// <param name="share">0.5: the median.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }
}
