namespace Canario.Contract;

/// <summary>Upper bounds of the histogram of confidences, the same for every model: twenty from 0.05 to 1.</summary>
public static class ConfidenceBuckets
{
    public static IReadOnlyList<double> Bounds { get; } = [.. Enumerable.Range(1, 20).Select(i => i / 20.0)];
}
