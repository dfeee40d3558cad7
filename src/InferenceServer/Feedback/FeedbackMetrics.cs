using Canario.Contract;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Feedback;

/// <summary>How good a revision's predictions were, as counters whose sums over pods and time mean the same.</summary>
internal sealed class FeedbackMetrics
{
    // Squared: the confusion of so many classes is as many series as one wants of a pod.
    private const int MostClasses = 20;

    private readonly ModelIdentity _identity;
    private readonly Counter _items;
    private readonly Counter _classes;
    private readonly CounterChild _correct;
    private readonly CounterChild _wrong;
    private readonly GaugeChild _absolute;
    private readonly GaugeChild _squared;
    private readonly CounterChild _values;
    private readonly HashSet<string> _known;
    private readonly Lock _sums = new();

    /// <param name="registry">Gets the metrics.</param>
    /// <param name="identity">The revision.</param>
    /// <param name="classes">That it knows; empty: they are not known, or there are none.</param>
    public FeedbackMetrics(MetricRegistry registry, ModelIdentity identity, IReadOnlyList<string> classes)
    {
        _identity = identity;
        _known = classes.Count <= MostClasses ? [.. classes] : [];
        string[] labels = [MetricLabels.Namespace, MetricLabels.Model, MetricLabels.Revision];
        string[] values = [identity.Namespace, identity.Model, identity.Revision];
        _items = registry.CreateCounter(MetricNames.FeedbackItems, "Pieces of feedback, by what became of them.", [.. labels, MetricLabels.Outcome]);
        Counter predictions = registry.CreateCounter(MetricNames.FeedbackPredictions, "Predicted classes whose truth is known, by whether they were right.", [.. labels, MetricLabels.Correct]);
        _correct = predictions.WithLabels([.. values, "true"]);
        _wrong = predictions.WithLabels([.. values, "false"]);
        _classes = registry.CreateCounter(MetricNames.FeedbackClasses, "Predicted classes whose truth is known, by both.", [.. labels, MetricLabels.Actual, MetricLabels.Predicted]);
        _values = registry.CreateCounter(MetricNames.FeedbackValues, "Predicted numbers whose truth is known.", labels).WithLabels(values);
        _absolute = registry.CreateRealCounter(MetricNames.FeedbackAbsoluteError, "Sum of the absolute errors of predicted numbers.", labels).WithLabels(values);
        _squared = registry.CreateRealCounter(MetricNames.FeedbackSquaredError, "Sum of the squared errors of predicted numbers.", labels).WithLabels(values);
        foreach (FeedbackOutcome outcome in Enum.GetValues<FeedbackOutcome>()) Items(outcome);
        foreach (string actual in _known)
        {
            foreach (string predicted in _known) Classes(actual, predicted);
        }
    }

    public void Count(FeedbackOutcome outcome) => Items(outcome).Increment();

    public void CountClass(string actual, string predicted)
    {
        (actual == predicted ? _correct : _wrong).Increment();
        Classes(_known.Contains(actual) ? actual : Bins.Other, _known.Contains(predicted) ? predicted : Bins.Other).Increment();
    }

    /// <summary>The sums stay finite with it: one that is not stays so, whatever comes after.</summary>
    public bool TakesValue(double actual, double predicted) => double.IsFinite(_squared.Value + ((actual - predicted) * (actual - predicted)));

    /// <returns>False: not counted, see <see cref="TakesValue"/>.</returns>
    public bool TryCountValue(double actual, double predicted)
    {
        double error = actual - predicted;
        lock (_sums)
        {
            if (!TakesValue(actual, predicted)) return false;
            _values.Increment();
            _absolute.Add(Math.Abs(error));
            _squared.Add(error * error);
            return true;
        }
    }

    private CounterChild Items(FeedbackOutcome outcome) =>
        _items.WithLabels(_identity.Namespace, _identity.Model, _identity.Revision, outcome.ToString().ToLowerInvariant());

    private CounterChild Classes(string actual, string predicted) =>
        _classes.WithLabels(_identity.Namespace, _identity.Model, _identity.Revision, actual, predicted);
}
