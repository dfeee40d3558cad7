namespace Canario.Rollouts;

/// <summary>All that the machine remembers; what <c>status.retraining</c> stores. Equal by value.</summary>
public sealed record RetrainingState
{
    public static RetrainingState Initial { get; } = new();

    /// <summary>Null: none is under way.</summary>
    public RetrainingRun? Current { get; init; }

    /// <summary>Newest first; at most <see cref="RetrainingMachine.MaxHistory"/>.</summary>
    public IReadOnlyList<RetrainingRecord> History { get; init => field = Sequence<RetrainingRecord>.From(value); } = Sequence<RetrainingRecord>.Empty;

    /// <summary>Last nonce of the command that was handled.</summary>
    public string? Command { get; init; }

    /// <summary>The schedule that <see cref="ScheduledFrom"/> speaks of.</summary>
    public string? Schedule { get; init; }

    /// <summary>Times of the schedule up to here are settled.</summary>
    public DateTimeOffset? ScheduledFrom { get; init; }

    /// <summary>The drift that is answered, or was the last to be: its revision and beginning.</summary>
    public string? Episode { get; init; }

    /// <summary>Runs for it.</summary>
    public int EpisodeRuns { get; init; }
}
