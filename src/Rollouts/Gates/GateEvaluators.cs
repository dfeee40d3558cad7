namespace Canario.Rollouts;

/// <summary>All gate types. A new one is one class and one line here.</summary>
public static class GateEvaluators
{
    static readonly IReadOnlyDictionary<string, IGateEvaluator> ByName = ByUnique.Name<IGateEvaluator>(
        [
            new RateGate(GateTypes.ErrorRate, "failed"),
            new RateGate(GateTypes.Latency, "slow"),
            new DriftGate(GateTypes.PredictionDrift),
            new DriftGate(GateTypes.FeatureDrift),
            new ShadowGate(),
            new ConfidenceGate(),
            new QualityGate(),
            new QueryGate(),
        ],
        evaluator => evaluator.Name);

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The verdict on one measurement; total: what cannot be judged is said to be so.</summary>
    public static GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha) => measurement switch
    {
        ProviderError error => Unjudged(gate, Verdict.ProviderUnavailable, error.Message),
        NoData => Unjudged(gate, Verdict.InsufficientData, "No data in the window."),
        _ when ByName.TryGetValue(gate.Type, out var evaluator) => evaluator.Evaluate(gate, measurement, alpha),
        _ => Unjudged(gate, Verdict.ProviderUnavailable, $"There is no gate type {gate.Type}."),
    };

    internal static GateResult Unjudged(GateSpec gate, Verdict verdict, string message) =>
        new() { Name = gate.Name, Type = gate.Type, Verdict = verdict, Message = message };

    /// <summary>Status is JSON, which has no infinity.</summary>
    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
