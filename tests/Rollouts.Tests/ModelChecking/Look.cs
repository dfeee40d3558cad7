namespace Canario.Rollouts.Tests;

/// <summary>What the operator finds when it looks: nothing but a moment later, or any combination of what can have happened.</summary>
sealed record Look
{
    /// <summary>Null: as before.</summary>
    public int? Plan { get; init; }

    /// <summary>spec.paused was changed.</summary>
    public bool TogglesPause { get; init; }

    public CommandAction? Command { get; init; }

    public PodsCondition Candidate { get; init; }

    public PodsCondition Stable { get; init; }

    /// <summary>The routers do not serve what the state asks for, or do not say so.</summary>
    public bool RoutersLag { get; init; }

    public Verdict Verdict { get; init; }

    /// <summary>What the candidate's contract turns out to be.</summary>
    public ContractFinding Contract { get; init; }

    /// <summary>Time since the last look.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Somebody said something. It is looked at at once; time passes at the look after it.</summary>
    public bool IsControlled => Plan is not null || TogglesPause || Command is not null;

    public int Happenings =>
        (IsControlled ? 1 : 0) + (Candidate == PodsCondition.Well ? 0 : 1) + (Stable == PodsCondition.Well ? 0 : 1) + (RoutersLag ? 1 : 0) + (Verdict == Verdict.Pass ? 0 : 1) + (Contract == ContractFinding.Same ? 0 : 1);

    public override string ToString()
    {
        string?[] parts =
        [
            Plan is { } plan ? $"spec {plan}" : null, TogglesPause ? "spec.paused" : null, Command is { } command ? $"command {command}" : null,
            Candidate == PodsCondition.Well ? null : $"candidate {Candidate}", Stable == PodsCondition.Well ? null : $"stable {Stable}",
            RoutersLag ? "routers lag" : null, Verdict == Verdict.Pass ? null : $"measured {Verdict}", Contract == ContractFinding.Same ? null : $"contract {Contract}", After == TimeSpan.Zero ? null : $"{After.TotalSeconds} s",
        ];
        return string.Join(" + ", parts.OfType<string>().DefaultIfEmpty("nothing"));
    }
}
