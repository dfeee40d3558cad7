namespace Canario.Rollouts;

/// <summary>Remembered so that re-applying the same spec does not try again what was only to be learnt of.</summary>
/// <param name="Message">What was learnt.</param>
/// <param name="Reason">As what: <see cref="RolloutReasons.ShadowConcluded"/> or <see cref="RolloutReasons.TestConcluded"/>.</param>
public sealed record ConcludedRevision(string Revision, string Message, DateTimeOffset At, int Attempt, string Reason = RolloutReasons.ShadowConcluded);
