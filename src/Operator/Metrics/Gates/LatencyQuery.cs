using System.Globalization;
using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Metrics.Gates;

/// <summary>Share of requests slower than a bucket's bound: exact, unlike a quantile out of buckets.</summary>
sealed class LatencyQuery(string duration) : IGateQuery
{
    private const string LessOrEqual = "le";

    public string GateType => GateTypes.Latency;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) => new(
        [duration + "_bucket"],
        (MetricLabels.Namespace, [ns]), (MetricLabels.Model, [model]), (MetricLabels.Revision, [revision]), (LessOrEqual, [.. BoundNames(gate), Bins.Infinity]));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable)
    {
        if (candidate.Series.Count == 0)
            return NoData.Instance;
        var bound = BoundNames(request.Gate);
        // A bound that no bucket has would make every request slow, and roll a good model back.
        return candidate.Series.Any(s => bound.Contains(s[LessOrEqual]))
            ? new RateMeasurement(Count(candidate, bound), Count(stable, bound), request.Concurrent)
            : new ProviderError($"{duration} has no bucket le=\"{bound[0]}\"");
    }

    private static RateCounts Count(RevisionWindow window, string[] bound)
    {
        var total = window.Increase(s => s[LessOrEqual] == Bins.Infinity);
        var fast = window.Increase(s => bound.Contains(s[LessOrEqual]));
        return new RateCounts(total, Math.Clamp(total - fast, 0, total));
    }

    /// <summary>Prometheus 3 stores <c>le="1.0"</c> for what is exposed as <c>le="1"</c>.</summary>
    private static string[] BoundNames(GateSpec gate)
    {
        var name = (gate.SlowerThan ?? TimeSpan.Zero).TotalSeconds.ToString("R", CultureInfo.InvariantCulture);
        return name.Contains('.', StringComparison.Ordinal) ? [name] : [name, name + ".0"];
    }
}
