namespace Canario.Rollouts;

/// <summary>A run under way.</summary>
public sealed record RetrainingRun
{
    /// <summary>The same for the same trigger, whoever decides on it and how often: what is made by its name is made once.</summary>
    public required string Id { get; init; }

    public required RetrainingTrigger Trigger { get; init; }

    /// <summary>For people, with the numbers.</summary>
    public required string Message { get; init; }

    /// <summary>The revision that served.</summary>
    public required string Revision { get; init; }

    public DateTimeOffset At { get; init; }

    public RetrainingPhase Phase { get; init; }

    /// <summary>Tries to begin that failed.</summary>
    public int Attempts { get; init; }

    /// <summary>Not before; null: at once.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When its Job was made.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The drift that it answers, as it was; null: another trigger.</summary>
    public DriftState? Drift { get; init; }
}
