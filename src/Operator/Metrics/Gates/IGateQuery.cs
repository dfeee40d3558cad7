using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>How one gate type is read, whatever the series come from.</summary>
interface IGateQuery
{
    string GateType { get; }

    SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate);

    Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable);
}
