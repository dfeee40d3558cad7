using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>All gate types that can be measured, by name.</summary>
static class GateQueries
{
    private static readonly Dictionary<string, IGateQuery> s_all =
        new IGateQuery[]
        {
            new ErrorRateQuery(MetricNames.RouterRequests),
            new LatencyQuery(MetricNames.RouterDuration),
            new DriftQuery(GateTypes.PredictionDrift, MetricNames.PredictionValues, MetricNames.PredictionBaseline, MetricLabels.Output),
            new DriftQuery(GateTypes.FeatureDrift, MetricNames.FeatureValues, MetricNames.FeatureBaseline, MetricLabels.Feature),
            new ShadowQuery(),
            new ConfidenceQuery(),
            new QualityQuery(),
        }.ToDictionary(q => q.GateType, StringComparer.Ordinal);

    /// <summary>The same of what the inference servers count: for models that no router of Canario's serves.</summary>
    private static readonly Dictionary<string, IGateQuery> s_atServers =
        new IGateQuery[] { new ErrorRateQuery(MetricNames.InferenceRequests), new LatencyQuery(MetricNames.InferenceDuration) }.ToDictionary(q => q.GateType, StringComparer.Ordinal);

    /// <param name="atServers">No router counts the requests.</param>
    public static IGateQuery? Find(string gateType, bool atServers = false) => (atServers ? s_atServers.GetValueOrDefault(gateType) : null) ?? s_all.GetValueOrDefault(gateType);
}
