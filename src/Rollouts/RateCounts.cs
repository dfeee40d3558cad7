namespace Canario.Rollouts;

/// <param name="Total">Requests.</param>
/// <param name="Bad">Failed or slow ones among them.</param>
public sealed record RateCounts(long Total, long Bad)
{
    public static RateCounts None { get; } = new(0, 0);
}
