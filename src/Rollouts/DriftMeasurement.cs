namespace Canario.Rollouts;

/// <summary>For PredictionDrift and FeatureDrift: one entry an output or feature.</summary>
public sealed record DriftMeasurement : Measurement
{
    public DriftMeasurement(IReadOnlyList<DistributionSample> distributions) => Distributions = distributions;

    public IReadOnlyList<DistributionSample> Distributions { get; init => field = Sequence<DistributionSample>.From(value); }
}
