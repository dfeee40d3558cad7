namespace Canario.Training.Learning;

/// <summary>Mean and standard deviation of each column, as single-precision values because the model file holds them.</summary>
internal sealed record Scaling(double[] Means, double[] Deviations)
{
    public static Scaling Of(IReadOnlyList<double[]> rows)
    {
        var columns = rows[0].Length;
        var (means, deviations) = (new double[columns], new double[columns]);
        for (var c = 0; c < columns; c++)
        {
            means[c] = (float)(rows.Sum(r => r[c]) / rows.Count);
            var mean = means[c];
            deviations[c] = (float)Math.Sqrt(rows.Sum(r => (r[c] - mean) * (r[c] - mean)) / rows.Count);
        }
        return new Scaling(means, deviations);
    }

    public double[] Apply(double[] row) => [.. row.Select((value, c) => (value - Means[c]) / Deviations[c])];
}
