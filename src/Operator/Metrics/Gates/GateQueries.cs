using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>All gate types that can be measured, by name.</summary>
static class GateQueries
{
    private static readonly Dictionary<string, IGateQuery> s_all =
        new IGateQuery[]
        {
            new ErrorRateQuery(),
            new LatencyQuery(),
            new DriftQuery(GateTypes.PredictionDrift, MetricNames.PredictionValues, MetricNames.PredictionBaseline, MetricLabels.Output),
            new DriftQuery(GateTypes.FeatureDrift, MetricNames.FeatureValues, MetricNames.FeatureBaseline, MetricLabels.Feature),
            new ShadowQuery(),
        }.ToDictionary(q => q.GateType, StringComparer.Ordinal);

    public static IGateQuery? Find(string gateType) => s_all.GetValueOrDefault(gateType);
}
