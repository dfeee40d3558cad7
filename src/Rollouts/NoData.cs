namespace Canario.Rollouts;

/// <summary>The provider answered, and had nothing.</summary>
public sealed record NoData : Measurement
{
    public static NoData Instance { get; } = new();
}
