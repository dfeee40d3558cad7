namespace Canario.Operator.Metrics;

/// <summary>All metric sources by name.</summary>
sealed class MetricSources
{
    public const string Default = Prometheus.PrometheusSource.SourceName;

    private readonly Dictionary<string, IMetricSource> _byName = new(StringComparer.Ordinal);

    public MetricSources(HttpClient http)
    {
        IMetricSource[] all =
        [
            new Prometheus.PrometheusSource(new Prometheus.PrometheusClient(http)),
        ];
        foreach (var source in all)
            _byName.Add(source.Name, source);
    }

    public IMetricSource this[string name] => _byName[name];
}
