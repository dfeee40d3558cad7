namespace Canario.Rollouts;

/// <summary>What one gate says, with the evidence. Numbers that do not exist or are infinite are null.</summary>
public sealed record GateResult
{
    /// <summary>Name of the gate.</summary>
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The candidate's value: a share, or the largest drift statistic.</summary>
    public double? Value { get; init; }

    /// <summary>The bound that decided.</summary>
    public double? Threshold { get; init; }

    public long Samples { get; init; }

    /// <summary>Stable's value where it was compared.</summary>
    public double? StableValue { get; init; }

    public long? StableSamples { get; init; }

    /// <summary>ErrorRate, Latency: candidate's share over stable's (relative bound) or the candidate's share (absolute bound).</summary>
    public double? Effect { get; init; }

    /// <summary>Always-valid confidence interval of the effect.</summary>
    public double? EffectLow { get; init; }

    public double? EffectHigh { get; init; }

    /// <summary>For people: the numbers in a sentence.</summary>
    public string Message { get; init; } = "";

    /// <summary>Stable shows it alike: both drift from their baselines (the world changed, not the model), or both are beyond the same bound.</summary>
    public bool SharedWithStable { get; init; }
}
