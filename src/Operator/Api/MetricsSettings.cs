using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record MetricsSettings
{
    [Schema("Where gates and drift are measured: Prometheus, or Direct: the operator reads routers and model pods itself. Default: Prometheus if an address is known, here or to the operator, else Direct.")]
    [Values(MetricSourceNames.Prometheus, MetricSourceNames.Direct)]
    public string? Source { get; set; }

    [Schema("The Prometheus that scrapes routers and models. Default: the one that the operator was installed with.")]
    public PrometheusSettings? Prometheus { get; set; }
}
