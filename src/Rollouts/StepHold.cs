namespace Canario.Rollouts;

/// <summary>How long a step is held once its weight is in force.</summary>
public sealed record StepHold
{
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromHours(1);

    /// <summary>At least this long, whatever the gates say.</summary>
    public TimeSpan Minimum { get; init; }

    /// <summary>Until somebody says promote.</summary>
    public bool Manual { get; init; }

    /// <summary>How long gates may lack evidence before the step is Paused (or rolled back, as the gate's policy says). Provider outages do not count.</summary>
    public TimeSpan Deadline { get; init; } = DefaultDeadline;
}
