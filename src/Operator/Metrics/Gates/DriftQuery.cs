using Canario.Contract;
using Canario.Rollouts;
using Canario.Statistics;

namespace Canario.Operator.Metrics.Gates;

/// <summary>Histograms of what came in or went out, merged over pods, beside those of the training.</summary>
/// <param name="label">Label that names the feature or output.</param>
sealed class DriftQuery(string gateType, string valuesMetric, string baselineMetric, string label) : IGateQuery
{
    public string GateType => gateType;

    public SeriesFilter BuildFilter(string ns, string model, string revision, GateSpec gate) => new(
        [valuesMetric, baselineMetric],
        (MetricLabels.Namespace, [ns]),
        (MetricLabels.Model, [model]),
        (MetricLabels.Revision, [revision]),
        (label, gate.Features));

    public Measurement Measure(MeasureRequest request, RevisionWindow candidate, RevisionWindow stable)
    {
        var names = candidate.Series.Where(s => s[MetricSeries.NameLabel] == valuesMetric).Select(s => s[label]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0
            ? NoData.Instance
            : new DriftMeasurement([.. names.Select(name => new DistributionSample
            {
                Name = name,
                Candidate = Values(candidate, name),
                Stable = Values(stable, name),
                CandidateBaseline = Baseline(candidate, name),
                StableBaseline = Baseline(stable, name),
            })]);
    }

    private Histogram Values(RevisionWindow window, string name) => Histogram.FromBins(
        Series(window, valuesMetric, name).Select(s => KeyValuePair.Create(s[MetricLabels.Bin], (long)Math.Round(CounterIncrease.Of(s.Samples, window.From)))));

    // Every pod of a revision exports the same baseline: the newest of them, not their sum.
    private Histogram Baseline(RevisionWindow window, string name) => Histogram.FromBins(
        Series(window, baselineMetric, name)
            .Where(s => s.Samples.Count > 0)
            .GroupBy(s => s[MetricLabels.Bin], StringComparer.Ordinal)
            .Select(bin => KeyValuePair.Create(bin.Key, (long)Math.Max(0, Math.Round(bin.MaxBy(s => s.Samples[^1].Time)!.Samples[^1].Value)))));

    private IEnumerable<MetricSeries> Series(RevisionWindow window, string metric, string name) =>
        window.Series.Where(s => s[MetricSeries.NameLabel] == metric && s[label] == name);
}
