namespace Canario.Rollouts;

/// <summary>A strategy as configured; each strategy reads what concerns it.</summary>
public sealed record StrategySpec
{
    /// <summary>One of <see cref="StrategyNames"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Canary: the steps; empty: 10, 25 and 50 % for <see cref="DefaultHold"/> each.</summary>
    public IReadOnlyList<StepSpec> Steps { get; init => field = Sequence<StepSpec>.From(value); } = Sequence<StepSpec>.Empty;

    /// <summary>Canary: minimum hold of a step that names none.</summary>
    public TimeSpan DefaultHold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>BlueGreen: switch without being told to, after <see cref="PreviewHold"/>.</summary>
    public bool AutoPromote { get; init; } = true;

    /// <summary>BlueGreen: how long the full candidate stands ready at weight 0.</summary>
    public TimeSpan PreviewHold { get; init; }

    /// <summary>How long gates may lack evidence in a step.</summary>
    public TimeSpan Deadline { get; init; } = StepHold.DefaultDeadline;

    /// <summary>Names of all gates; a step that names none gets these.</summary>
    public IReadOnlyList<string> Gates { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;
}
