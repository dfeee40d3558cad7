namespace Canario.Operator.Metrics.Prometheus;

/// <summary>One series of a range vector: its labels (the metric's name among them, as <c>__name__</c>) and raw samples, oldest first.</summary>
sealed record PrometheusSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<PrometheusSample> Samples)
{
    public string this[string label] => Labels.GetValueOrDefault(label, "");
}
