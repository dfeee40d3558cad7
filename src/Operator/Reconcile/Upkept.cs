using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>What is decided beside the rollout, to be stored with it.</summary>
/// <param name="Drift">Null: there is nothing to watch.</param>
/// <param name="Look">The look that it rests on; null: there was no new one.</param>
/// <param name="Retraining">Null: there never was any.</param>
/// <param name="CheckAgainIn">When time alone may change it; null: only an event can.</param>
sealed record Upkept(DriftState? Drift, DriftLook? Look, RetrainingState? Retraining, IReadOnlyList<Notice> Notices, TimeSpan? CheckAgainIn)
{
    /// <summary>Id of the retraining that a revision answers.</summary>
    public string? AnsweredBy(string revision) => Retraining?.History.FirstOrDefault(record => record.AnsweredBy == revision)?.Id;
}
