namespace Canario.Operator.Metrics;

/// <summary>One series: its labels (the metric's name among them, as <see cref="NameLabel"/>) and raw samples, oldest first.</summary>
sealed record MetricSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<MetricSample> Samples)
{
    public const string NameLabel = "__name__";

    public string this[string label] => Labels.GetValueOrDefault(label, "");
}
