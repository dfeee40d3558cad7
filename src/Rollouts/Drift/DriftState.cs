namespace Canario.Rollouts;

/// <summary>All that the watch remembers; what <c>status.drift</c> stores. Equal by value.</summary>
public sealed record DriftState
{
    /// <summary>The revision that it speaks of; another one is judged anew.</summary>
    public required string Revision { get; init; }

    public DriftVerdict Verdict { get; init; }

    /// <summary>Of a drift: the first look that found it, the same until it ends.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Names with enough samples when this was last written.</summary>
    public int Watched { get; init; }

    /// <summary>Those of them beyond their bound.</summary>
    public int Beyond { get; init; }

    /// <summary>The worst first, the confirmed before the others; at most <see cref="DriftMachine.MaxWorst"/>.</summary>
    public IReadOnlyList<DriftedName> Worst { get; init => field = Sequence<DriftedName>.From(value); } = Sequence<DriftedName>.Empty;

    /// <summary>One of <see cref="DriftReasons"/>: the attribution.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Reason => Verdict != DriftVerdict.Drift ? Verdict.ToString()
        : Has(DriftKind.Feature) ? GateTypes.FeatureDrift
        : Has(DriftKind.Prediction) ? GateTypes.PredictionDrift
        : DriftReasons.QualityDrop;

    bool Has(DriftKind kind) => Worst.Any(name => name.Confirmed && name.Kind == kind);
}
