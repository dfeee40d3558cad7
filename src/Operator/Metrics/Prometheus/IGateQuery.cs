using Canario.Rollouts;

namespace Canario.Operator.Metrics.Prometheus;

/// <summary>How one gate type is read.</summary>
interface IGateQuery
{
    string GateType { get; }

    string BuildSelector(string ns, string model, string revision, GateSpec gate);

    Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable);
}
