namespace Canario.Operator.Metrics.Direct;

/// <summary>One line of a metrics page.</summary>
/// <param name="IsGauge">Its value goes up and down; of the others it only grows, until a restart.</param>
readonly record struct ScrapedSeries(string Name, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, bool IsGauge);
