using Canario.Operator.Crd;

namespace Canario.Operator.Api;

sealed record MetricsSettings
{
    [Schema("The Prometheus that scrapes routers and models. Default: the one that the operator was installed with.")]
    public PrometheusSettings? Prometheus { get; set; }
}
