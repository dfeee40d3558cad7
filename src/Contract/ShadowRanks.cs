namespace Canario.Contract;

/// <summary>How a router ranks the numbers of pairs of answers for <see cref="MetricNames.ShadowRankDistance"/>.</summary>
public static class ShadowRanks
{
    /// <summary>Pairs that are ranked against each other. Memory is bounded by it; a rank correlation of so few is some 0.01 below that of all.</summary>
    public const int BlockPairs = 50;
}
