namespace Canario.Rollouts;

/// <summary>
/// How right the predictions were whose truth is known by now: of classes the share of wrong ones, as other shares are judged; of numbers the mean absolute error. Truths come late, and those of a window are
/// of predictions made under the weights of some time before: so the two sides are never taken as one concurrent split, but each has a confidence sequence of its own.
/// </summary>
sealed class QualityGate : IGateEvaluator
{
    readonly RateGate classes = new(GateTypes.Quality, "wrong", "known truths of");

    public string Name => GateTypes.Quality;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha) => measurement switch
    {
        RateMeasurement { Candidate.Total: > 0 } when gate.MaxValue is not null =>
            GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "The model predicts classes, and max bounds the mean absolute error of numbers: min, the lowest accuracy, bounds them."),
        RateMeasurement rates => classes.Evaluate(gate, rates with { Concurrent = false }, alpha),
        MeanMeasurement when gate.MaxShare is not null =>
            GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "The model predicts numbers, and min bounds the accuracy of classes: max, the highest mean absolute error, bounds them."),
        MeanMeasurement errors => MeanErrorTest.Judge(gate, errors, alpha),
        _ => GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: no truths."),
    };
}
