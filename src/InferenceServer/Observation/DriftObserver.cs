using Canario.Contract;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Observation;

/// <summary>Counts features and predictions in the bins of the training baseline, and confidences without one, whatever protocol they came by: it reads the tensors.</summary>
internal sealed class DriftObserver
{
    private readonly BinCounters?[] _features;
    private readonly PlannedFeature[] _planned;
    private readonly BinCounters?[] _outputs;
    private readonly IReadOnlyList<OutputPlan> _results;
    private readonly ConfidenceObserver? _confidence;

    private DriftObserver(PlannedFeature[] planned, BinCounters?[] features, IReadOnlyList<OutputPlan> results, BinCounters?[] outputs, ConfidenceObserver? confidence)
    {
        _planned = planned;
        _features = features;
        _results = results;
        _outputs = outputs;
        _confidence = confidence;
        ObservesFeatures = features.Any(counters => counters is not null);
        ObservesPredictions = outputs.Any(counters => counters is not null);
    }

    public bool ObservesFeatures { get; }
    public bool ObservesPredictions { get; }

    /// <exception cref="ModelLoadException">baseline.json contradicts itself.</exception>
    public static DriftObserver Build(
        ModelIdentity identity, ModelBaseline? baseline, FeaturePlan? plan, IReadOnlyList<OutputPlan> results, MetricRegistry registry)
    {
        ConfidenceObserver? confidence = ConfidenceObserver.Build(identity, results, registry);
        if (baseline is null) return new DriftObserver([], [], [], [], confidence);
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
            [.. results.Select(result => Counters(baseline.Predictions, result.Name, predictionValues, predictionBaseline))],
            confidence);
    }

    /// <summary>Names in the baseline that the schema has not: nothing would be counted for them.</summary>
    /// <exception cref="ModelLoadException">It has none of them: the baseline belongs to another model.</exception>
    public static string[] FindStrangers(ModelBaseline? baseline, FeaturePlan? plan, IReadOnlyList<OutputPlan> results)
    {
        if (baseline is null) return [];
        string[] features = Strangers(baseline.Features, [.. (plan?.Features ?? []).Select(feature => feature.Name)], "features");
        string[] predictions = Strangers(baseline.Predictions, [.. results.Select(result => result.Name)], "predictions");
        return [.. features, .. predictions];
    }

    private static string[] Strangers(IReadOnlyList<BaselineHistogram> histograms, string[] known, string what)
    {
        string[] strangers = [.. histograms.Select(histogram => histogram.Name).Where(name => !known.Contains(name, StringComparer.Ordinal))];
        // Without a schema there is nothing to compare with, and nothing that could be watched by name.
        if (strangers.Length == 0 || strangers.Length < histograms.Count || known.Length == 0) return strangers;
        throw new ModelLoadException(
            ExitCodes.ModelLoadFailed, $"{ModelFiles.Baseline} is of another model: its {what} are {TensorNames.List(strangers)}; {ModelFiles.Metadata} has {TensorNames.List(known)}");
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
        _confidence?.Observe(call, outputs);
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
            case FeatureKind.CategoryIndex or FeatureKind.CategoryOneHot:
                int category = CategoryReader.Read(feature, tensor, index);
                counters.Observe(category >= 0 ? feature.Schema.Categories[category] : Bins.Other);
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
