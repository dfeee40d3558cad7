namespace Canario.Operator.Metrics;

/// <param name="Time">When it was scraped, in seconds since the epoch.</param>
readonly record struct MetricSample(double Time, double Value);
