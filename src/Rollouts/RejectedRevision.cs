namespace Canario.Rollouts;

/// <summary>Remembered so that re-applying the same spec is a no-op.</summary>
/// <param name="Reason">Gate type, pod failure reason, or one of <see cref="RolloutReasons"/>.</param>
public sealed record RejectedRevision(string Revision, string Reason, string Message, DateTimeOffset At, int Attempt);
