using System.Text.Json.Serialization;
using Canario.Kubernetes.Models;
using Canario.Operator.Crd;
using Canario.Rollouts;

namespace Canario.Operator.Api;

/// <summary><see cref="Rollout"/> is the machine's memory and the only part that is read back, with <see cref="History"/>, <see cref="Port"/> and the conditions' times; the rest says the same to people and tools.</summary>
sealed record ModelDeploymentStatus
{
    [Schema("metadata.generation that all of status speaks of.")]
    public long? ObservedGeneration { get; set; }

    [Schema("Healthy, Preparing, Progressing, Paused, Baking, RollingBack, RolledBack or Stalled.")]
    public string? Phase { get; set; }

    [Schema("Why the phase is what it is, in one word.")]
    public string? Reason { get; set; }

    [Schema("The same for people, with the numbers.")]
    public string? Message { get; set; }

    [Schema("Revision that serves, or to which a rollback returns.")]
    public string? StableRevision { get; set; }

    [Schema("Revision on trial.")]
    public string? CandidateRevision { get; set; }

    [Schema("Revision that spec asks for; the one judged when Ready is True for this generation.")]
    public string? Revision { get; set; }

    [Schema("Step of steps, such as 2/4.")]
    public string? Step { get; set; }

    [Schema("Step under way, from 0.")]
    public int? StepIndex { get; set; }

    [Schema("Share of the requests that the candidate gets, in percent.")]
    public int? Weight { get; set; }

    [Schema("Share of stable's inference requests that is copied to the candidate, in percent.")]
    public int? Mirror { get; set; }

    [Schema("All routers serve this weight, and make these copies.")]
    public bool? WeightInForce { get; set; }

    [Schema("What the step under way still waits for, and about how long at the rate of requests observed in it.")]
    public string? StepEstimate { get; set; }

    [Schema("Worst verdict of the gates: Pass, Fail, Inconclusive, InsufficientData, ProviderUnavailable or PodFailure.")]
    public string? Verdict { get; set; }

    [Schema("Ready pods of those wanted on both sides, such as 2/2.")]
    public string? Ready { get; set; }

    [Schema("Port of the routers given to this ModelDeployment.")]
    public int? Port { get; set; }

    [Schema("Last results of the gates.", MapKey = "name")]
    public IReadOnlyList<GateStatus>? Gates { get; set; }

    [Schema("Revisions that were taken back. The same spec again is not tried again, except by the command retry.", MapKey = "revision")]
    public IReadOnlyList<RejectedStatus>? Rejected { get; set; }

    [Schema("Rollouts that ended, newest first.")]
    public IReadOnlyList<HistoryEntry>? History { get; set; }

    [Schema("Last value of the annotation canario.dev/command that was handled.")]
    public string? LastHandledCommand { get; set; }

    [Schema("What came of that command.")]
    public string? LastCommandMessage { get; set; }

    [Schema("Start of the rollout under way, or of the last one.")]
    public DateTimeOffset? RolloutStartedAt { get; set; }

    [Schema("When the phase was entered.")]
    public DateTimeOffset? PhaseStartedAt { get; set; }

    [Schema("When the step's weight came into force.")]
    public DateTimeOffset? StepStartedAt { get; set; }

    [Schema("Ready, Reconciling, Stalled, DriftDetected, RollbackReady.", MapKey = "type")]
    public IReadOnlyList<Condition>? Conditions { get; set; }

    [Schema("What is known of the drift of what serves: verdict, since, and the worst features and outputs.", Opaque = true)]
    [JsonConverter(typeof(StoredDriftConverter))]
    public DriftState? Drift { get; set; }

    [Schema("The retraining under way, and those that ended.", Opaque = true)]
    [JsonConverter(typeof(StoredRetrainingConverter))]
    public RetrainingState? Retraining { get; set; }

    // Opaque to the API server: an older CRD, which helm does not replace on upgrade, must not prune what a newer operator remembers.
    [Schema("The operator's memory of the rollout. No API: it may change.", Opaque = true)]
    [JsonConverter(typeof(StoredRolloutConverter))]
    public RolloutState? Rollout { get; set; }
}
