using Canario.InferenceServer.Predict;

namespace Canario.InferenceServer.Batch;

/// <summary>What the output calls its own members or columns.</summary>
internal static class OutputNames
{
    /// <returns>False: the name is free for a kept column.</returns>
    public static bool Contains(RowFormat format, IReadOnlyList<OutputPlan> results, string name)
    {
        if (format == RowFormat.JsonLines) return name is "row" or "prediction" or "probabilities" or "outputs";
        if (CellsOf(results) is { } cells) return name == "row" || cells.Contains(name);
        return name is "row" or "prediction" || name.StartsWith(PredictionColumns.ProbabilityCell, StringComparison.Ordinal) || results.Any(result => result.Name == name);
    }

    /// <summary>As <see cref="PredictionColumns.CellNames"/> tells them once a row was predicted.</summary>
    /// <returns>Null: the classes' names come with the first prediction.</returns>
    public static IReadOnlyList<string>? CellsOf(IReadOnlyList<OutputPlan> results)
    {
        OutputPlan? probabilities = results.FirstOrDefault(result => result.Kind == OutputKind.Probabilities);
        if (probabilities is { Classes.Count: 0 }) return null;
        OutputPlan primary = results.FirstOrDefault(result => result.Kind == OutputKind.Label) ?? probabilities ?? results[0];
        IEnumerable<string> classes = probabilities?.Classes.Select(name => PredictionColumns.ProbabilityCell + name) ?? [];
        IEnumerable<string> others = results.Where(result => result != primary && result != probabilities).Select(result => result.Name);
        return ["prediction", .. classes, .. others];
    }
}
