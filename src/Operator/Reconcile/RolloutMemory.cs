using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>The machine's state as stored, or, when that is lost, made from what the rest of status and the cluster show. Pure but for the cache.</summary>
static class RolloutMemory
{
    /// <summary>Null: the memory is whole. Else why it is not, and what is done about it.</summary>
    public static string? DescribeLoss(ModelDeployment deployment) => deployment.Status switch
    {
        null or { Rollout: null, StableRevision: null, CandidateRevision: null } => null,
        { Rollout: { Reason: RolloutReasons.StateUnreadable, Message: var problem } } status => Describe($"cannot be read ({problem})", status),
        // Taken for a model that was never seen, its first revision would have all traffic at once.
        { Rollout: null or { StableRevision: null, CandidateRevision: null } } and ({ StableRevision: not null } or { CandidateRevision: not null }) => Describe("is missing", deployment.Status),
        _ => null,
    };

    public static RolloutState Read(ModelDeployment deployment, Cache<Deployment> deployments, DateTimeOffset now)
    {
        var status = deployment.Status;
        if (DescribeLoss(deployment) is null)
            return status?.Rollout ?? RolloutState.Initial;
        var state = new RolloutState
        {
            StableRevision = status!.StableRevision,
            StableReplicas = ReplicasOf(status.StableRevision),
            CandidateRevision = status.CandidateRevision,
            CandidateReplicas = ReplicasOf(status.CandidateRevision),
            Replicas = Math.Max(ReplicasOf(status.StableRevision), ReplicasOf(status.CandidateRevision)),
            Attempt = 1,
            RolloutStartedAt = status.RolloutStartedAt,
            Rejected = [.. (status.Rejected ?? []).Select(Read)],
            Served = [.. (status.History ?? []).Where(entry => entry.Outcome == RolloutOutcomes.Promoted).Select(entry => entry.Revision).Distinct(StringComparer.Ordinal).Reverse()],
            // The newest word on each revision.
            Concluded =
            [
                .. (status.History ?? []).DistinctBy(entry => entry.Revision, StringComparer.Ordinal)
                    .Where(entry => entry.Outcome == RolloutOutcomes.Concluded)
                    .Select(entry => new ConcludedRevision(entry.Revision, entry.Evidence ?? "", entry.Finished ?? DateTimeOffset.UnixEpoch, 1, entry.Reason ?? RolloutReasons.ShadowConcluded))
                    .Reverse(),
            ],
        };
        return status switch
        {
            { StableRevision: null, CandidateRevision: null } => RolloutState.Initial,
            { CandidateRevision: null } => state with { Phase = RolloutPhase.Healthy },
            { StableRevision: null } => state with { Phase = RolloutPhase.Preparing, StepEnteredAt = now },
            // Which step, since when and on what evidence is what was lost. Back to stable, its capacity first, and the same candidate from its first step.
            _ => state with { Phase = RolloutPhase.RollingBack, Weight = Math.Clamp(status.Weight ?? 0, 0, 100), StepEnteredAt = now },
        };

        int ReplicasOf(string? revision) => revision is null ? 0 : deployments.Get(deployment.Metadata.Namespace, revision)?.Spec?.Replicas ?? 1;
    }

    private static string Describe(string loss, ModelDeploymentStatus status) => $"status.rollout {loss}: going on from what is observed, {Describe(status)}.";

    private static string Describe(ModelDeploymentStatus status) => (status.StableRevision, status.CandidateRevision) switch
    {
        (null, null) => "that there is no revision yet",
        (null, var first) => $"{first} is the first revision",
        (var stable, null) => $"{stable} serves",
        (var stable, var candidate) => $"{stable} serves, and {candidate} is stopped to start anew",
    };

    private static RejectedRevision Read(RejectedStatus rejected) =>
        new(rejected.Revision, rejected.Reason ?? RolloutReasons.RolledBack, rejected.Message ?? "", rejected.At ?? DateTimeOffset.UnixEpoch, rejected.Attempt ?? 1);
}
