namespace Canario.Rollouts;

/// <summary>A feature, an output or the quality that is beyond its bound, as status keeps it: with the figures of when they last changed enough to matter.</summary>
public sealed record DriftedName
{
    public required DriftKind Kind { get; init; }

    public required string Name { get; init; }

    public double? Psi { get; init; }

    public double? Ks { get; init; }

    /// <summary>Jensen–Shannon distance.</summary>
    public double? Distance { get; init; }

    public double? PValue { get; init; }

    public double? Accuracy { get; init; }

    public long Samples { get; init; }

    public long BaselineSamples { get; init; }

    /// <summary>The first look that found it beyond.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Consecutive looks that found it beyond, counted up to those that confirm it.</summary>
    public int Looks { get; init; }

    /// <summary>Consecutive looks since that found it well within.</summary>
    public int LooksWithin { get; init; }

    /// <summary>It took as many looks as the policy asks for.</summary>
    public bool Confirmed { get; init; }
}
