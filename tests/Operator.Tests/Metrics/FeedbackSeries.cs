using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.Operator.Tests.Metrics;

/// <summary>What inference servers export of truths, for tests to set.</summary>
internal sealed class FeedbackSeries
{
    private static readonly string[] s_labels = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision];
    private readonly Counter _predictions;
    private readonly Counter _values;
    private readonly Gauge _absolute;
    private readonly Gauge _squared;

    public FeedbackSeries(MetricRegistry registry)
    {
        _predictions = registry.CreateCounter(MetricNames.FeedbackPredictions, "P.", [.. s_labels, MetricLabels.Correct]);
        _values = registry.CreateCounter(MetricNames.FeedbackValues, "V.", s_labels);
        _absolute = registry.CreateRealCounter(MetricNames.FeedbackAbsoluteError, "A.", s_labels);
        _squared = registry.CreateRealCounter(MetricNames.FeedbackSquaredError, "S.", s_labels);
    }

    public void Tell(string ns, string model, string revision, int right, int wrong)
    {
        _predictions.WithLabels(ns, model, revision, "true").Increment(right);
        _predictions.WithLabels(ns, model, revision, "false").Increment(wrong);
    }

    public void TellErrors(string ns, string model, string revision, params ReadOnlySpan<double> errors)
    {
        foreach (double error in errors)
        {
            _values.WithLabels(ns, model, revision).Increment();
            _absolute.WithLabels(ns, model, revision).Add(Math.Abs(error));
            _squared.WithLabels(ns, model, revision).Add(error * error);
        }
    }
}
