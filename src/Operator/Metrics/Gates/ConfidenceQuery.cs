using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>Mean of the largest class probabilities, as the model's pods summed them up: the histogram's sum and count are exact, its bins are for people.</summary>
sealed class ConfidenceQuery : IGateQuery
{
    private const string Sum = MetricNames.PredictionConfidence + "_sum";
    private const string Count = MetricNames.PredictionConfidence + "_count";

    public string GateType => GateTypes.Confidence;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) =>
        new([Sum, Count], (MetricLabels.Namespace, [ns]), (MetricLabels.Model, [model]), (MetricLabels.Revision, [revision]));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable) =>
        candidate.Series.Count == 0 ? NoData.Instance : new MeanMeasurement(Read(candidate), Read(stable));

    private static MeanCounts Read(RevisionWindow window)
    {
        var count = window.Increase(s => s[MetricSeries.NameLabel] == Count);
        // Pods go on counting while their page is written: the sum may know of a row more or less.
        return new MeanCounts(count, Math.Clamp(window.Real(Sum), 0, count), 0);
    }
}
