using System.Globalization;

namespace Canario.Benchmarks.Operator;

/// <summary>One measured number beside its limit.</summary>
/// <param name="AtLeast">The limit is a lower one.</param>
internal sealed record Figure(string What, double Value, string Unit, double Limit, bool AtLeast = false)
{
    public bool Holds => AtLeast ? Value >= Limit : Value <= Limit;

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{What,-58} {Value,9:0.0} {Unit,-6} {(AtLeast ? "at least" : "at most")} {Limit,-6:0.#} {(Holds ? "ok" : "MISSED")}");
}
