using Canario.Operator.Metrics.Direct;
using Canario.Operator.Metrics.Prometheus;

namespace Canario.Operator.Metrics;

/// <summary>All metric sources by name.</summary>
sealed class MetricSources
{
    private readonly Dictionary<string, IMetricSource> _byName = new(StringComparer.Ordinal);

    public MetricSources(PrometheusClient prometheus, DirectSampler sampler)
    {
        IMetricSource[] all = [new PrometheusSource(prometheus), new DirectSource(sampler)];
        foreach (var source in all)
            _byName.Add(source.Name, source);
    }

    public IMetricSource this[string name] => _byName[name];
}
