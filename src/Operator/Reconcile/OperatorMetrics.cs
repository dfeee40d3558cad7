using Canario.Contract;
using Canario.Kubernetes;
using Canario.Operator.Api;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Reconcile;

/// <summary>The operator's own metrics.</summary>
sealed class OperatorMetrics
{
    private readonly Gauge _phase;
    private readonly Gauge _weight;
    private readonly Counter _rollouts;
    private readonly Counter _retrainings;
    private readonly Counter _reconciles;
    private readonly HistogramChild _duration;
    private long _done;

    public OperatorMetrics(MetricRegistry registry)
    {
        Drift = new DriftMetrics(registry);
        _retrainings = registry.CreateCounter("canario_retrainings_total", "Retrainings that ended, by outcome.", MetricLabels.Namespace, MetricLabels.Model, "outcome");
        _duration = registry.CreateHistogram("canario_operator_reconcile_duration_seconds", "Time that one reconcile took.", LatencyBuckets.Seconds).WithLabels();
        _reconciles = registry.CreateCounter("canario_operator_reconciles_total", "Reconciles by result: success, conflict, obstacle (an object is somebody else's, or the API server refuses it), error.", "result");
        foreach (var result in (string[])["success", "conflict", "obstacle", "error"])
            _reconciles.WithLabels(result);
        QueueDepth = registry.CreateGauge("canario_operator_queue_depth", "Keys that wait for a worker.").WithLabels();
        Leading = registry.CreateGauge("canario_operator_leading", "1 while this replica leads.").WithLabels();
        _phase = registry.CreateGauge("canario_rollout_phase", "1 for the phase that a ModelDeployment is in.", MetricLabels.Namespace, MetricLabels.Model, "phase");
        _weight = registry.CreateGauge("canario_rollout_weight", "Percent of the requests that the revision on trial gets; 0 without one.", MetricLabels.Namespace, MetricLabels.Model);
        _rollouts = registry.CreateCounter("canario_rollouts_total", "Rollouts that ended, by outcome.", MetricLabels.Namespace, MetricLabels.Model, "outcome");
    }

    /// <summary>Reconciles so far.</summary>
    public long Done => Interlocked.Read(ref _done);

    public DriftMetrics Drift { get; }

    public GaugeChild QueueDepth { get; }

    public GaugeChild Leading { get; }

    public void Reconciled(string result, TimeSpan took)
    {
        Interlocked.Increment(ref _done);
        _reconciles.WithLabels(result).Increment();
        _duration.Observe(took.TotalSeconds);
    }

    public void Show(ObjectKey model, RolloutState state)
    {
        foreach (var phase in Enum.GetNames<RolloutPhase>())
            _phase.WithLabels(model.Namespace, model.Name, phase).Set(phase == state.Phase.ToString() ? 1 : 0);
        _weight.WithLabels(model.Namespace, model.Name).Set(state.CandidateRevision is null ? 0 : state.Weight);
        foreach (var outcome in RolloutOutcomes.All)
            _rollouts.WithLabels(model.Namespace, model.Name, outcome);
    }

    public void Ended(ObjectKey model, HistoryEntry entry) => _rollouts.WithLabels(model.Namespace, model.Name, entry.Outcome).Increment();

    public void Retrained(ObjectKey model, RetrainingOutcome outcome) => _retrainings.WithLabels(model.Namespace, model.Name, outcome.ToString()).Increment();

    public void Forget(ObjectKey model)
    {
        foreach (var outcome in Enum.GetNames<RetrainingOutcome>())
            _retrainings.Remove(model.Namespace, model.Name, outcome);
        foreach (var phase in Enum.GetNames<RolloutPhase>())
            _phase.Remove(model.Namespace, model.Name, phase);
        _weight.Remove(model.Namespace, model.Name);
        foreach (var outcome in RolloutOutcomes.All)
            _rollouts.Remove(model.Namespace, model.Name, outcome);
    }
}
