using System.Collections.Concurrent;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Rollouts;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Reconcile;

/// <summary>The watch's metrics: figures of every name at every look, of which status keeps only what matters.</summary>
sealed class DriftMetrics
{
    public const string Judged = "judged";
    public const string Insufficient = "insufficient_data";
    public const string NoBaseline = "no_baseline";
    public const string Unavailable = "unavailable";

    /// <summary>Series a model; the rest is left out rather than let one model fill a Prometheus.</summary>
    private const int MostNames = 200;

    private readonly Gauge _detected;
    private readonly Gauge _psi;
    private readonly Gauge _ks;
    private readonly Gauge _samples;
    private readonly Gauge _accuracy;
    private readonly Counter _looks;
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlyList<DriftFinding>> _shown = new();

    public DriftMetrics(MetricRegistry registry)
    {
        _detected = registry.CreateGauge("canario_drift_detected", "1 while what serves has drifted from its training.", MetricLabels.Namespace, MetricLabels.Model);
        _psi = registry.CreateGauge("canario_drift_psi", "Population stability index against the training, less what chance shows.", MetricLabels.Namespace, MetricLabels.Model, "kind", "name");
        _ks = registry.CreateGauge("canario_drift_ks", "Kolmogorov-Smirnov distance from the training.", MetricLabels.Namespace, MetricLabels.Model, "kind", "name");
        _samples = registry.CreateGauge("canario_drift_samples", "Values in the window.", MetricLabels.Namespace, MetricLabels.Model, "kind", "name");
        _accuracy = registry.CreateGauge("canario_drift_accuracy", "Share of predictions that were right, where the truth is told.", MetricLabels.Namespace, MetricLabels.Model);
        _looks = registry.CreateCounter("canario_drift_looks_total", "Looks by what came of them: judged, insufficient_data, no_baseline, unavailable.", "result");
        foreach (var result in (string[])[Judged, Insufficient, NoBaseline, Unavailable])
            _looks.WithLabels(result);
    }

    public void Looked(string result) => _looks.WithLabels(result).Increment();

    public void Show(ObjectKey model, DriftState? state)
    {
        if (state is null)
            _detected.Remove(model.Namespace, model.Name);
        else
            _detected.WithLabels(model.Namespace, model.Name).Set(state.Verdict == DriftVerdict.Drift ? 1 : 0);
    }

    public void Show(ObjectKey model, IReadOnlyList<DriftFinding> findings)
    {
        if (findings.Count == 0)
            return;
        var kept = findings.Take(MostNames).ToList();
        _shown.TryGetValue(model, out var before);
        _shown[model] = kept;
        foreach (var gone in (before ?? []).Where(old => !kept.Exists(f => f.Kind == old.Kind && f.Name == old.Name)))
            Remove(model, gone);
        foreach (var finding in kept)
        {
            if (finding.Accuracy is { } accuracy)
                _accuracy.WithLabels(model.Namespace, model.Name).Set(accuracy);
            if (finding is { Psi: { } psi, Ks: { } ks })
            {
                _psi.WithLabels(Labels(model, finding)).Set(psi);
                _ks.WithLabels(Labels(model, finding)).Set(ks);
            }

            _samples.WithLabels(Labels(model, finding)).Set(finding.Samples);
        }
    }

    public void Forget(ObjectKey model)
    {
        _detected.Remove(model.Namespace, model.Name);
        if (!_shown.TryRemove(model, out var shown))
            return;
        foreach (var finding in shown)
            Remove(model, finding);
    }

    private void Remove(ObjectKey model, DriftFinding finding)
    {
        if (finding.Kind == DriftKind.Quality)
            _accuracy.Remove(model.Namespace, model.Name);
        _psi.Remove(Labels(model, finding));
        _ks.Remove(Labels(model, finding));
        _samples.Remove(Labels(model, finding));
    }

    private static string[] Labels(ObjectKey model, DriftFinding finding) => [model.Namespace, model.Name, finding.Kind.ToString().ToLowerInvariant(), finding.Name];
}
