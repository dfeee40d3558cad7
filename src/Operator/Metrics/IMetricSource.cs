using Canario.Rollouts;

namespace Canario.Operator.Metrics;

/// <summary>Somewhere that knows how revisions do. A new one is one folder and one line in <see cref="MetricSources"/>.</summary>
interface IMetricSource
{
    string Name { get; }

    /// <summary>Never throws but for cancellation: an unreachable provider is a <see cref="ProviderError"/>, one that has nothing a <see cref="NoData"/>.</summary>
    Task<Measurement> MeasureAsync(MetricTarget target, MeasureRequest request, DateTimeOffset now, CancellationToken cancellationToken);
}
