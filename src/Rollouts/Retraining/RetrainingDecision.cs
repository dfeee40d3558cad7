namespace Canario.Rollouts;

/// <param name="Next">To be stored first; then its current run is begun, if it is <see cref="RetrainingPhase.Pending"/> and its time has come.</param>
/// <param name="CheckAgainIn">When time alone may change the decision; null: only an event can.</param>
public sealed record RetrainingDecision(RetrainingState Next, IReadOnlyList<Notice> Notices, TimeSpan? CheckAgainIn);
