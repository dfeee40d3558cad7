namespace Canario.Operator.Metrics.Prometheus;

/// <summary>Prometheus could not be asked, or its answer makes no sense.</summary>
sealed class PrometheusException(string message, Exception? inner = null) : Exception(message, inner);
