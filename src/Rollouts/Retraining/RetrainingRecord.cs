namespace Canario.Rollouts;

/// <summary>A run that ended.</summary>
public sealed record RetrainingRecord
{
    public required string Id { get; init; }

    public required RetrainingTrigger Trigger { get; init; }

    public required RetrainingOutcome Outcome { get; init; }

    public required string Message { get; init; }

    /// <summary>The revision that served.</summary>
    public required string Revision { get; init; }

    public DateTimeOffset At { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>The first revision that spec asked for under this run's id; null: none yet.</summary>
    public string? AnsweredBy { get; init; }
}
