namespace Canario.Rollouts;

/// <summary>How traffic is shared, as a value: the split in force is compared with the split asked for.</summary>
public sealed record TrafficSplit(IReadOnlyList<TrafficShare> Shares)
{
    public IReadOnlyList<TrafficShare> Shares { get; init => field = Sequence<TrafficShare>.From(value); } = Sequence<TrafficShare>.From(Shares);
}
