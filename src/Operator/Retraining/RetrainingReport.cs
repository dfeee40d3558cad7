using Canario.Rollouts;

namespace Canario.Operator.Retraining;

/// <summary>What a Job or an event's receiver is told.</summary>
sealed record RetrainingReport
{
    public required string Id { get; init; }
    public required RetrainingTrigger Trigger { get; init; }
    public required string Message { get; init; }
    public required string Namespace { get; init; }
    public required string Model { get; init; }

    /// <summary>The revision that serves.</summary>
    public required string Revision { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Null: nothing has drifted.</summary>
    public DriftState? Drift { get; init; }

    public static RetrainingReport Build(string ns, string model, RetrainingRun run) => new()
    {
        Id = run.Id,
        Trigger = run.Trigger,
        Message = run.Message,
        Namespace = ns,
        Model = model,
        Revision = run.Revision,
        At = run.At,
        Drift = run.Drift,
    };
}
