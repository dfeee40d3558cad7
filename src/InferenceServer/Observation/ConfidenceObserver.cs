using System.Numerics;
using Canario.Contract;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Observation;

/// <summary>Counts how sure a classifier is: the largest probability of each row. Read in place, so that a request leaves nothing to the collector for it.</summary>
internal sealed class ConfidenceObserver
{
    // What probabilities of 16 bits may be above 1.
    private const double Tolerance = 1e-2;

    private readonly OutputPlan _plan;
    private readonly HistogramChild _confidence;

    private ConfidenceObserver(OutputPlan plan, HistogramChild confidence)
    {
        _plan = plan;
        _confidence = confidence;
    }

    /// <returns>Null: the model gives no probabilities. Of several such outputs the first counts, as in <c>/predict</c>'s answer.</returns>
    public static ConfidenceObserver? Build(ModelIdentity identity, IReadOnlyList<OutputPlan> results, MetricRegistry registry) =>
        results.FirstOrDefault(result => result.Kind == OutputKind.Probabilities) is { } plan
            ? new ConfidenceObserver(
                plan,
                registry.CreateHistogram(MetricNames.PredictionConfidence, "Largest class probability of each row.", ConfidenceBuckets.Bounds, MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision)
                    .WithLabels(identity.Namespace, identity.Model, identity.Revision))
            : null;

    /// <param name="call">After its run.</param>
    /// <param name="outputs">Indices of the outputs that were run.</param>
    public void Observe(InferenceCall call, ReadOnlySpan<int> outputs)
    {
        int position = outputs.IndexOf(_plan.Output);
        if (position < 0) return;
        OnnxValue value = call.Outputs[position]!;
        TensorElementType type = value.ReadTensorType(out long[] shape);
        // Of one column nobody says of which class it is.
        if (shape.Length != 2 || shape[1] < 2) return;
        int columns = (int)shape[1];
        switch (type)
        {
            case TensorElementType.Float: Observe<float>(value.Elements<float>(), columns); break;
            case TensorElementType.Double: Observe<double>(value.Elements<double>(), columns); break;
            case TensorElementType.Float16: Observe<Half>(value.Elements<Half>(), columns); break;
        }
    }

    private void Observe<T>(ReadOnlySpan<T> probabilities, int columns) where T : unmanaged, INumber<T>
    {
        for (int i = 0; i + columns <= probabilities.Length; i += columns)
        {
            T largest = probabilities[i];
            for (int column = 1; column < columns; column++)
            {
                T other = probabilities[i + column];
                if (other > largest) largest = other;
            }

            double confidence = double.CreateTruncating(largest);
            // What is no probability says nothing of confidence.
            if (confidence >= 0 && confidence <= 1 + Tolerance) _confidence.Observe(Math.Min(confidence, 1));
        }
    }
}
