using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>How right the predictions were whose truth came in the window: wrong classes, or errors of numbers, as the model's pods counted them.</summary>
sealed class QualityQuery : IGateQuery
{
    private const string Right = "true";

    public string GateType => GateTypes.Quality;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) => new(
        [MetricNames.FeedbackPredictions, MetricNames.FeedbackValues, MetricNames.FeedbackAbsoluteError, MetricNames.FeedbackSquaredError],
        (MetricLabels.Namespace, [ns]), (MetricLabels.Model, [model]), (MetricLabels.Revision, [revision]));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable)
    {
        if (candidate.Series.Count == 0)
            return NoData.Instance;
        var (classes, numbers) = (Classes(candidate), Numbers(candidate));
        // A server has the series of both kinds; a model gives one of them.
        return classes.Total == 0 && numbers.Count > 0
            ? new MeanMeasurement(numbers, Numbers(stable))
            : new RateMeasurement(classes, Classes(stable), Concurrent: false);
    }

    private static RateCounts Classes(RevisionWindow window)
    {
        var total = window.Increase(s => s[MetricSeries.NameLabel] == MetricNames.FeedbackPredictions);
        return new RateCounts(total, window.Increase(s => s[MetricSeries.NameLabel] == MetricNames.FeedbackPredictions && s[MetricLabels.Correct] != Right));
    }

    private static MeanCounts Numbers(RevisionWindow window) => new(
        window.Increase(s => s[MetricSeries.NameLabel] == MetricNames.FeedbackValues),
        window.Real(MetricNames.FeedbackAbsoluteError),
        window.Real(MetricNames.FeedbackSquaredError));
}
