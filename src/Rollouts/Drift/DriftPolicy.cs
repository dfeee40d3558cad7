namespace Canario.Rollouts;

/// <summary>How the revision that serves is compared with its training baseline.</summary>
public sealed record DriftPolicy
{
    public DriftBounds Features { get; init; } = new(0.25, null);

    public DriftBounds Predictions { get; init; } = new(0.25, null);

    /// <summary>Share of predictions that must be right, where the truth is known. Null: not judged.</summary>
    public double? MinAccuracy { get; init; }

    /// <summary>Values in the window below which a feature, an output or the quality is not judged.</summary>
    public long MinSamples { get; init; } = 500;

    /// <summary>Consecutive looks that confirm drift, and that end it.</summary>
    public int Looks { get; init; } = 3;

    /// <summary>False discovery rate over all names at one look. The bounds keep small drift out; this keeps chance out where samples are few.</summary>
    public double Alpha { get; init; } = 0.001;

    /// <summary>Features and outputs that are not watched.</summary>
    public IReadOnlyList<string> Ignored { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;
}
