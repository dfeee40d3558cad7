namespace Canario.Operator.Metrics.Prometheus;

/// <param name="Time">When it was scraped, in seconds since the epoch.</param>
readonly record struct PrometheusSample(double Time, double Value);
