using System.Text.Json;

namespace Canario.Router.Mirroring;

/// <summary>Tensors of the Open Inference Protocol: floating-point ones are numbers, whole numbers, booleans and texts are labels. Rows that are probabilities have a label too, the likeliest class.</summary>
internal static class TensorComparison
{
    private const double ProbabilityTolerance = 1e-3;

    /// <param name="outputs">Stable's.</param>
    /// <param name="stableRaw">What follows its JSON.</param>
    /// <returns>False: a tensor is in a form that cannot be read.</returns>
    public static bool Compare(JsonElement outputs, ReadOnlyMemory<byte> stableRaw, JsonElement candidate, ReadOnlyMemory<byte> candidateRaw, DifferenceTally tally)
    {
        if (!candidate.TryGetProperty("outputs", out var others) || others.ValueKind != JsonValueKind.Array) return false;
        var byName = ReadAll(others, candidateRaw);
        var all = ReadAll(outputs, stableRaw);
        if (byName is null || all is null || all.Count == 0) return false;
        if (all.Count != byName.Count) tally.Disagree();
        foreach (var (name, tensor) in all)
        {
            if (!byName.TryGetValue(name, out var other) || !tensor.HasShapeOf(other)) tally.Disagree();
            else if (tensor.Numbers is { } numbers && other.Numbers is { } otherNumbers) CompareNumbers(numbers, otherNumbers, tensor.Columns, tally);
            else if (!tensor.Labels.SequenceEqual(other.Labels, StringComparer.Ordinal)) tally.Disagree();
        }
        return true;
    }

    private static Dictionary<string, AnsweredTensor>? ReadAll(JsonElement outputs, ReadOnlyMemory<byte> raw)
    {
        var all = new Dictionary<string, AnsweredTensor>(StringComparer.Ordinal);
        foreach (var output in outputs.EnumerateArray())
        {
            if (AnsweredTensor.Read(output, ref raw) is not { } tensor || !all.TryAdd(tensor.Name, tensor)) return null;
        }
        return all;
    }

    private static void CompareNumbers(double[] stable, double[] candidate, int columns, DifferenceTally tally)
    {
        for (int i = 0; i < stable.Length; i++) tally.Number(stable[i], candidate[i]);
        if (columns < 2) return;
        for (int i = 0; i + columns <= stable.Length; i += columns)
        {
            ReadOnlySpan<double> row = stable.AsSpan(i, columns), other = candidate.AsSpan(i, columns);
            if (AreProbabilities(row) && AreProbabilities(other) && Likeliest(row) != Likeliest(other)) tally.Disagree();
        }
    }

    private static bool AreProbabilities(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double p in row)
        {
            if (!(p >= 0)) return false;
            sum += p;
        }
        return Math.Abs(sum - 1) <= ProbabilityTolerance;
    }

    private static int Likeliest(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            if (row[i] > row[best]) best = i;
        }
        return best;
    }
}
