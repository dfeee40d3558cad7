namespace Canario.Operator.Metrics;

/// <summary>Which series a gate reads.</summary>
/// <param name="Names">Metric names, any of them.</param>
/// <param name="Labels">All of them must hold; a label without values is not asked about.</param>
sealed record SeriesFilter(IReadOnlyList<string> Names, params IReadOnlyList<(string Label, IReadOnlyCollection<string> Values)> Labels)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels) =>
        Names.Contains(labels.GetValueOrDefault(MetricSeries.NameLabel, ""), StringComparer.Ordinal)
        && Labels.All(l => l.Values.Count == 0 || l.Values.Contains(labels.GetValueOrDefault(l.Label, ""), StringComparer.Ordinal));
}
