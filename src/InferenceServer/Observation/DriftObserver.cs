using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Observation;

/// <summary>Counts features and predictions in the bins of the training baseline, whatever protocol they came by: it reads the tensors.</summary>
internal sealed class DriftObserver
{
    private readonly BinCounters?[] _features;
    private readonly PlannedFeature[] _planned;
    private readonly BinCounters?[] _outputs;
    private readonly IReadOnlyList<OutputPlan> _results;

    private DriftObserver(PlannedFeature[] planned, BinCounters?[] features, IReadOnlyList<OutputPlan> results, BinCounters?[] outputs)
    {
        _planned = planned;
        _features = features;
        _results = results;
        _outputs = outputs;
        ObservesFeatures = features.Any(counters => counters is not null);
        ObservesPredictions = outputs.Any(counters => counters is not null);
    }

    public bool ObservesFeatures { get; }
    public bool ObservesPredictions { get; }

    /// <exception cref="ModelLoadException">baseline.json contradicts itself.</exception>
    public static DriftObserver Build(
        ModelIdentity identity, ModelBaseline? baseline, FeaturePlan? plan, IReadOnlyList<OutputPlan> results, MetricRegistry registry)
    {
        if (baseline is null) return new DriftObserver([], [], [], []);
        foreach (BaselineHistogram histogram in baseline.Features.Concat(baseline.Predictions)) Require(histogram);

        string[] featureLabels = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Feature, MetricLabels.Bin];
        string[] outputLabels = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision, MetricLabels.Output, MetricLabels.Bin];
        Counter featureValues = registry.CreateCounter(MetricNames.FeatureValues, "Feature values seen, by the training baseline's bins.", featureLabels);
        Gauge featureBaseline = registry.CreateGauge(MetricNames.FeatureBaseline, "The training baseline's counts.", featureLabels);
        Counter predictionValues = registry.CreateCounter(MetricNames.PredictionValues, "Predictions made, by the training baseline's bins.", outputLabels);
        Gauge predictionBaseline = registry.CreateGauge(MetricNames.PredictionBaseline, "The training baseline's counts.", outputLabels);

        BinCounters? Counters(IReadOnlyList<BaselineHistogram> histograms, string name, Counter values, Gauge reference)
        {
            BaselineHistogram? histogram = histograms.FirstOrDefault(h => h.Name == name);
            return histogram is null ? null : new BinCounters(
                histogram,
                bin => values.WithLabels(identity.Namespace, identity.Model, identity.Revision, name, bin),
                bin => reference.WithLabels(identity.Namespace, identity.Model, identity.Revision, name, bin));
        }

        PlannedFeature[] planned = plan?.Features ?? [];
        return new DriftObserver(
            planned,
            [.. planned.Select(feature => Counters(baseline.Features, feature.Name, featureValues, featureBaseline))],
            results,
            [.. results.Select(result => Counters(baseline.Predictions, result.Name, predictionValues, predictionBaseline))]);
    }

    public void ObserveInputs(InferenceCall call)
    {
        if (!ObservesFeatures) return;
        for (int i = 0; i < _features.Length; i++)
        {
            if (_features[i] is not { } counters) continue;
            PlannedFeature feature = _planned[i];
            InputTensor tensor = call.Inputs[feature.Input];
            int rows = (int)tensor.Rows;
            for (int row = 0; row < rows; row++)
            {
                int cell = row * _features.Length + i;
                if (cell < call.Missing.Length && call.Missing[cell]) counters.ObserveMissing();
                else Observe(counters, feature, tensor, row * feature.Columns + feature.Column);
            }
        }
    }

    /// <param name="call">After its run.</param>
    /// <param name="outputs">Indices of the outputs that were run.</param>
    public void ObserveOutputs(InferenceCall call, ReadOnlySpan<int> outputs)
    {
        if (!ObservesPredictions) return;
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_outputs[i] is not { } counters) continue;
            OutputPlan plan = _results[i];
            int position = outputs.IndexOf(plan.Output);
            if (position < 0) continue;
            ResultColumn result = ResultColumn.Read(plan, call, position);
            for (int row = 0; row < result.Rows; row++) Observe(counters, result, row);
        }
    }

    private static void Observe(BinCounters counters, PlannedFeature feature, InputTensor tensor, int index)
    {
        switch (feature.Kind)
        {
            case FeatureKind.CategoryText:
                counters.Observe(tensor.Texts(index + 1)[index]);
                break;
            case FeatureKind.CategoryIndex:
                double position = ElementAccess.Get(tensor, index);
                counters.Observe(position >= 0 && position < feature.Schema.Categories.Count ? feature.Schema.Categories[(int)position] : Bins.Other);
                break;
            case FeatureKind.CategoryOneHot:
                int hot = -1;
                for (int i = 0; i < feature.Schema.Categories.Count && hot < 0; i++)
                {
                    if (ElementAccess.Get(tensor, index + i) > 0.5) hot = i;
                }

                counters.Observe(hot >= 0 ? feature.Schema.Categories[hot] : Bins.Other);
                break;
            case FeatureKind.Boolean when counters.IsCategorical:
                counters.Observe(ElementAccess.Get(tensor, index) != 0 ? "true" : "false");
                break;
            default:
                counters.Observe(ElementAccess.Get(tensor, index));
                break;
        }
    }

    private static void Observe(BinCounters counters, ResultColumn result, int row)
    {
        if (result.Plan.Kind == OutputKind.Probabilities && counters.IsCategorical) counters.Observe(result.ClassName(result.LikeliestClass(row)));
        else if (result.Texts is { } texts) counters.Observe(texts[row * result.Columns]);
        else if (result.Plan.Kind == OutputKind.Label && counters.IsCategorical) counters.Observe(result.Plan.ClassName(result.WholeAt(row)));
        else if (result.Columns > 0) counters.Observe(result.RealAt(row * result.Columns));
    }

    private static void Require(BaselineHistogram histogram)
    {
        int bins = histogram.Categories.Count > 0 ? histogram.Categories.Count : histogram.Edges.Count + 1;
        if (histogram.Counts.Count != bins)
            throw Wrong(histogram, $"has {histogram.Counts.Count} counts for {bins} bins");
        if (histogram.Categories.Count > 0 && histogram.Edges.Count > 0) throw Wrong(histogram, "has both edges and categories");
        if (histogram.Categories.Distinct(StringComparer.Ordinal).Count() != histogram.Categories.Count) throw Wrong(histogram, "lists a category twice");
        for (int i = 0; i < histogram.Edges.Count; i++)
        {
            if (!double.IsFinite(histogram.Edges[i]) || (i > 0 && histogram.Edges[i] <= histogram.Edges[i - 1])) throw Wrong(histogram, "has edges that do not ascend");
        }
    }

    private static ModelLoadException Wrong(BaselineHistogram histogram, string what) =>
        new(ExitCodes.ModelLoadFailed, $"{ModelFiles.Baseline}: '{histogram.Name}' {what}");
}
