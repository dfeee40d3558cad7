using System.Globalization;

namespace Canario.Rollouts;

/// <summary>
/// A number of the user's own choice beside its bounds. What it counts, and over how many requests, only the user knows: unlike the other gates' it is taken as it is, and each look can be wrong anew.
/// </summary>
sealed class QueryGate : IGateEvaluator
{
    public string Name => GateTypes.Query;

    public GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha)
    {
        if (measurement is not ValueMeasurement { Value: var value })
        {
            return GateEvaluators.Unjudged(gate, Verdict.ProviderUnavailable, "The provider's answer makes no sense: no number.");
        }

        if (double.IsNaN(value))
        {
            return GateEvaluators.Unjudged(gate, Verdict.InsufficientData, "The query's value is NaN.");
        }

        return value > gate.MaxValue ? Judge(gate, value, Verdict.Fail, gate.MaxValue, $"{Number(value)}, above the bound of {Number(gate.MaxValue.Value)}.")
            : value < gate.MinValue ? Judge(gate, value, Verdict.Fail, gate.MinValue, $"{Number(value)}, below the bound of {Number(gate.MinValue.Value)}.")
            : Judge(gate, value, Verdict.Pass, gate.MaxValue ?? gate.MinValue, $"{Number(value)}.");
    }

    static GateResult Judge(GateSpec gate, double value, Verdict verdict, double? bound, string message) =>
        GateEvaluators.Unjudged(gate, verdict, "The query's value is " + message) with { Value = GateEvaluators.Finite(value), Threshold = bound };

    static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
