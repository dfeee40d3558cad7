namespace Canario.Rollouts;

/// <summary>What the machine decides on.</summary>
public sealed record RetrainingFacts
{
    /// <summary>The object's own, so that ids of two objects of one name differ.</summary>
    public required string Uid { get; init; }

    /// <summary>Null: nothing serves yet.</summary>
    public string? Stable { get; init; }

    /// <summary>The revision that spec asks for; null: spec is invalid.</summary>
    public string? Asked { get; init; }

    /// <summary>The id that the object says its spec answers.</summary>
    public string? Answers { get; init; }

    /// <summary>Nonce of the command on the object.</summary>
    public string? Command { get; init; }

    public DriftState? Drift { get; init; }

    /// <summary>The current run's Job as seen; null: it is not there.</summary>
    public RetrainingJob? Job { get; init; }

    /// <summary>What came of the last try to begin; null: none was made.</summary>
    public RetrainingAttempt? Attempt { get; init; }
}
