namespace Canario.Operator.Api;

/// <summary>Values of <c>spec.metrics.source</c>.</summary>
static class MetricSourceNames
{
    public const string Prometheus = "Prometheus";
    public const string Direct = "Direct";
}
