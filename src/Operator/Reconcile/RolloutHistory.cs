using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Rollouts that ended, read off the transitions. Pure.</summary>
static class RolloutHistory
{
    public static IReadOnlyList<HistoryEntry>? Extend(IReadOnlyList<HistoryEntry>? before, RolloutState state, Decision decision, DateTimeOffset now, Func<string, string?> retrainingOf)
    {
        var ended = Ended(state, decision, now);
        return ended is null ? before : [ended with { RetrainingId = retrainingOf(ended.Revision) }, .. (before ?? []).Take(Limits.History - 1)];
    }

    /// <summary>Null: no rollout ended in this decision.</summary>
    public static HistoryEntry? Ended(RolloutState state, Decision decision, DateTimeOffset now)
    {
        if (state.CandidateRevision is not { } candidate)
            return null;
        foreach (var transition in decision.Transitions)
        {
            var outcome = transition.Reason switch
            {
                RolloutReasons.Promoted => RolloutOutcomes.Promoted,
                RolloutReasons.RolledBack => RolloutOutcomes.RolledBack,
                RolloutReasons.ShadowConcluded or RolloutReasons.TestConcluded when transition.From == RolloutPhase.RollingBack => RolloutOutcomes.Concluded,
                RolloutReasons.Superseded when transition.From == RolloutPhase.RollingBack => RolloutOutcomes.Abandoned,
                _ => null,
            };
            if (outcome is null)
                continue;
            var rejected = outcome == RolloutOutcomes.RolledBack ? decision.Next.Rejected.LastOrDefault(r => r.Revision == candidate) : null;
            var learnt = outcome == RolloutOutcomes.Concluded ? decision.Next.Concluded.Concat(state.Concluded).FirstOrDefault(c => c.Revision == candidate)?.Message : null;
            var won = outcome == RolloutOutcomes.Promoted ? decision.Next.Gates.FirstOrDefault(g => g is { Name: AbStrategy.TestGate, Verdict: Verdict.Pass }) : null;
            return new HistoryEntry
            {
                Revision = candidate,
                Outcome = outcome,
                Reason = rejected?.Reason ?? transition.Reason,
                Evidence = StatusBuilder.Cut(rejected?.Message ?? learnt ?? (won is null ? transition.Message : $"{transition.Message} It won the test: {won.Message}")),
                Started = state.RolloutStartedAt,
                Finished = now,
            };
        }

        return null;
    }
}
