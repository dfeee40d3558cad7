namespace Canario.Rollouts;

/// <summary>When a model is trained anew.</summary>
public sealed record RetrainingPolicy
{
    /// <summary>On confirmed drift.</summary>
    public bool OnDrift { get; init; } = true;

    /// <summary>Null: by no clock.</summary>
    public CronSchedule? Schedule { get; init; }

    /// <summary>For how long after the beginning of a run drift begins none.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromHours(24);

    /// <summary>It is asked for by an event, which ends with its delivery; else by a Job.</summary>
    public bool ByEvent { get; init; }

    public int MaxAttempts { get; init; } = 5;

    /// <summary>After the first failure to begin; doubled from there on.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(10);
}
