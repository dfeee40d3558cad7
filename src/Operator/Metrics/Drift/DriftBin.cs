using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Drift;

/// <summary>What one series counts: values of a feature or output in a bin, or predictions that were right or wrong.</summary>
readonly record struct DriftBin(DriftKind Kind, string Name, string Bin)
{
    public const string Right = "true";

    /// <param name="find">A label's value; empty: it has none.</param>
    /// <param name="isBaseline">It is the training's count.</param>
    /// <returns>Null: a series of something else.</returns>
    public static DriftBin? Of(string metric, Func<string, string> find, out bool isBaseline)
    {
        isBaseline = metric is MetricNames.FeatureBaseline or MetricNames.PredictionBaseline;
        return metric switch
        {
            MetricNames.FeatureValues or MetricNames.FeatureBaseline => new DriftBin(DriftKind.Feature, find(MetricLabels.Feature), find(MetricLabels.Bin)),
            MetricNames.PredictionValues or MetricNames.PredictionBaseline => new DriftBin(DriftKind.Prediction, find(MetricLabels.Output), find(MetricLabels.Bin)),
            MetricNames.FeedbackPredictions => new DriftBin(DriftKind.Quality, "", find(MetricLabels.Correct)),
            _ => null,
        };
    }
}
