namespace Canario.Rollouts;

/// <param name="Count">Values.</param>
/// <param name="Sum">Of the values.</param>
/// <param name="SumOfSquares">Of the same.</param>
public sealed record MeanCounts(long Count, double Sum, double SumOfSquares)
{
    public static MeanCounts None { get; } = new(0, 0, 0);
}
