namespace Canario.Rollouts;

/// <summary>A strategy as configured; each strategy reads what concerns it.</summary>
public sealed record StrategySpec
{
    /// <summary>One of <see cref="StrategyNames"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Canary: the steps; empty: 10, 25 and 50 % for <see cref="DefaultHold"/> each.</summary>
    public IReadOnlyList<StepSpec> Steps { get; init => field = Sequence<StepSpec>.From(value); } = Sequence<StepSpec>.Empty;

    /// <summary>Canary, RollingUpdate, Shadow: minimum hold of a step that names none.</summary>
    public TimeSpan DefaultHold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Shadow: the steps with copies; empty: all requests are copied for <see cref="DefaultHold"/>. Their weight is 0.</summary>
    public IReadOnlyList<StepSpec> ShadowSteps { get; init => field = Sequence<StepSpec>.From(value); } = Sequence<StepSpec>.Empty;

    /// <summary>Shadow: what follows; <see cref="Steps"/> are those of <see cref="Rollouts.AfterShadow.Canary"/>.</summary>
    public AfterShadow AfterShadow { get; init; }

    /// <summary>BlueGreen: switch without being told to, after <see cref="PreviewHold"/>.</summary>
    public bool AutoPromote { get; init; } = true;

    /// <summary>BlueGreen: how long the full candidate stands ready at weight 0.</summary>
    public TimeSpan PreviewHold { get; init; }

    /// <summary>RollingUpdate: of the whole model; its steps count pods. At most <see cref="RollingUpdateStrategy.MaxReplicas"/>.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>RollingUpdate: pods beyond <see cref="Replicas"/> while it lasts; at least one, since a candidate's pod is ready before a stable one goes.</summary>
    public int MaxSurge { get; init; } = 1;

    /// <summary>RollingUpdate: pods that may be missing of <see cref="Replicas"/> while it lasts.</summary>
    public int MaxUnavailable { get; init; }

    /// <summary>RollingUpdate: each step is held until promoted by hand.</summary>
    public bool ManualHold { get; init; }

    /// <summary>AB: the candidate's share, 0 to 99. With 0 only requests that match go to it.</summary>
    public int TestWeight { get; init; } = 50;

    /// <summary>AB: the test ends no earlier, whatever it has found; and after <see cref="Deadline"/> at the latest.</summary>
    public TimeSpan TestMinimum { get; init; }

    /// <summary>How long gates may lack evidence in a step.</summary>
    public TimeSpan Deadline { get; init; } = StepHold.DefaultDeadline;

    /// <summary>Names of all gates that traffic is measured by; a step that names none gets these.</summary>
    public IReadOnlyList<string> Gates { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;

    /// <summary>Names of all gates that copies are measured by; a shadow's step that names none gets these.</summary>
    public IReadOnlyList<string> ShadowGates { get; init => field = Sequence<string>.From(value); } = Sequence<string>.Empty;
}
