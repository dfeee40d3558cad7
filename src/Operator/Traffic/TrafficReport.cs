namespace Canario.Operator.Traffic;

/// <summary>What a provider sees of a split.</summary>
record TrafficReport
{
    /// <summary>It is what requests meet.</summary>
    public required bool InForce { get; init; }

    /// <summary>No revision but those of the split's world gets a request, whatever their shares are.</summary>
    public required bool OthersIdle { get; init; }

    /// <summary>Why it is not in force, where somebody says why.</summary>
    public string? Problem { get; init; }
}
