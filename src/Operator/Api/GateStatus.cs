using Canario.Operator.Crd;

namespace Canario.Operator.Api;

/// <summary>A gate's last result as people read it.</summary>
sealed record GateStatus
{
    [Schema("Name of the gate.", Required = true)]
    public string Name { get; set; } = "";

    [Schema("Type of the gate.")]
    public string? Type { get; set; }

    [Schema("Pass, Fail, Inconclusive, InsufficientData, ProviderUnavailable or PodFailure.")]
    public string? Verdict { get; set; }

    [Schema("The candidate's value.")]
    public double? Value { get; set; }

    [Schema("The bound that decided.")]
    public double? Threshold { get; set; }

    [Schema("Requests, or values, that the verdict rests on.")]
    public long? Samples { get; set; }

    [Schema("Stable's value where it was compared.")]
    public double? StableValue { get; set; }

    [Schema("Where the sides are compared: the candidate's share over stable's; else the candidate's share.")]
    public double? Effect { get; set; }

    [Schema("Lower end of the always-valid confidence interval of the effect.")]
    public double? EffectLow { get; set; }

    [Schema("Its upper end; absent when there is none.")]
    public double? EffectHigh { get; set; }

    [Schema("The numbers in a sentence.")]
    public string? Message { get; set; }
}
