using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>What is decided beside the rollout, to be stored with it.</summary>
/// <param name="Drift">Null: there is nothing to watch.</param>
/// <param name="Look">The look that it rests on; null: there was no new one.</param>
sealed record Upkept(DriftState? Drift, DriftLook? Look, IReadOnlyList<Notice> Notices);
