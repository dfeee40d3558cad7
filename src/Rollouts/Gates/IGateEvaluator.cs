namespace Canario.Rollouts;

/// <summary>Judges the measurements of one type of gate. Sees values only: lack of data and provider errors are answered before it.</summary>
interface IGateEvaluator
{
    string Name { get; }

    /// <param name="alpha">Probability of a false failure that this window may spend.</param>
    GateResult Evaluate(GateSpec gate, Measurement measurement, double alpha);
}
