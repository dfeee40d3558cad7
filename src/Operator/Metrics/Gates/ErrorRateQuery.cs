using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>Share of answers of 500 and above. As the router gave them, a candidate that accepts no connection counts too; a server counts what reached it.</summary>
sealed class ErrorRateQuery(string requests) : IGateQuery
{
    public string GateType => GateTypes.ErrorRate;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) =>
        new([requests], (MetricLabels.Namespace, [ns]), (MetricLabels.Model, [model]), (MetricLabels.Revision, [revision]));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable) =>
        candidate.Series.Count == 0 ? NoData.Instance : new RateMeasurement(Count(candidate), Count(stable), request.Concurrent);

    private static RateCounts Count(RevisionWindow window) =>
        new(window.Increase(_ => true), window.Increase(s => s[MetricLabels.Code].StartsWith('5')));
}
