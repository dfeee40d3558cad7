namespace Canario.Rollouts;

/// <summary>Remembered so that re-applying the same spec does not try again what was only to be learnt of.</summary>
/// <param name="Message">What was learnt.</param>
public sealed record ConcludedRevision(string Revision, string Message, DateTimeOffset At, int Attempt);
