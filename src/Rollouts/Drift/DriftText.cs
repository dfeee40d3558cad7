using System.Globalization;

namespace Canario.Rollouts;

/// <summary>A drift for people. Made of the state alone, so it changes only with that.</summary>
public static class DriftText
{
    const int NamesInMessage = 5;

    public static string Describe(DriftState state) => state.Verdict switch
    {
        DriftVerdict.InsufficientData => $"Too few values yet to compare {state.Revision} with its training baseline.",
        DriftVerdict.NoDrift => $"{state.Revision} is within its bounds.",
        DriftVerdict.Suspected => $"{state.Revision}: {List(state, name => true)} beyond the bound, not yet for as many looks as confirm it.",
        _ => $"{state.Revision} drifts from its training, {Attribute(state)}: {List(state, name => name.Confirmed)}.",
    };

    static string Attribute(DriftState state) => state.Reason switch
    {
        GateTypes.FeatureDrift => string.Create(CultureInfo.InvariantCulture, $"what comes in changed ({state.Beyond} of {state.Watched} watched)"),
        GateTypes.PredictionDrift => string.Create(CultureInfo.InvariantCulture, $"what it answers changed though no watched input did ({state.Beyond} of {state.Watched} watched)"),
        _ => "it is right less often",
    };

    static string List(DriftState state, Func<DriftedName, bool> chosen)
    {
        var names = state.Worst.Where(chosen).ToArray();
        var more = names.Length > NamesInMessage ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - NamesInMessage} more") : "";
        return string.Join(", ", names.Take(NamesInMessage).Select(Describe)) + more;
    }

    static string Describe(DriftedName name) => name.Kind == DriftKind.Quality
        ? string.Create(CultureInfo.InvariantCulture, $"accuracy {name.Accuracy:0.###} (n {name.Samples}, since {name.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'})")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(name.Kind == DriftKind.Feature ? "feature" : "output")} {name.Name} PSI {name.Psi:0.###}, KS {name.Ks:0.###} (n {name.Samples} and {name.BaselineSamples}, since {name.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'})");
}
