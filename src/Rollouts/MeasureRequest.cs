namespace Canario.Rollouts;

/// <summary>What to measure for one gate.</summary>
/// <param name="CandidateFrom">The candidate's window is from here to now.</param>
/// <param name="StableFrom">Stable's window begins here.</param>
/// <param name="StableUntil">…and ends here; null: now.</param>
public sealed record MeasureRequest(
    GateSpec Gate, string Candidate, string Stable, DateTimeOffset CandidateFrom, DateTimeOffset StableFrom, DateTimeOffset? StableUntil)
{
    /// <summary>Both windows are the same.</summary>
    public bool Concurrent => StableUntil is null;
}
