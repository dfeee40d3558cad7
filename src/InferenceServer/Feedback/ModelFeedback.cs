using System.Globalization;
using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Http;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.Telemetry.Metrics;

namespace Canario.InferenceServer.Feedback;

/// <summary>Remembers the predictions of a model for a while and counts how right they were once somebody knows.</summary>
internal sealed class ModelFeedback
{
    private readonly PredictionWindow _window;
    private readonly FeedbackMetrics _metrics;
    private readonly IReadOnlyList<string> _classes;
    private readonly string _kept;

    private ModelFeedback(ServerOptions options, IReadOnlyList<string> classes, MetricRegistry registry, TimeProvider time)
    {
        _window = new PredictionWindow(options.FeedbackPredictions, options.FeedbackWindow, time);
        _metrics = new FeedbackMetrics(registry, options.Identity, classes);
        _classes = classes;
        _kept = $"the process that answered keeps the last {options.FeedbackPredictions} predictions, for {options.FeedbackWindow.TotalSeconds} s";
    }

    /// <returns>Null: none is wanted.</returns>
    public static ModelFeedback? Build(ServerOptions options, IReadOnlyList<OutputPlan> results, MetricRegistry registry, TimeProvider time)
    {
        if (options.FeedbackPredictions == 0) return null;
        OutputPlan? probabilities = results.FirstOrDefault(result => result.Kind == OutputKind.Probabilities);
        OutputPlan? label = results.FirstOrDefault(result => result.Kind == OutputKind.Label);
        IReadOnlyList<string> classes = label is { Classes.Count: > 0 } ? label.Classes : probabilities?.Classes ?? [];
        return new ModelFeedback(options, classes, registry, time);
    }

    public void Record(string requestId, PredictionColumns predictions, int rows)
    {
        for (int row = 0; row < rows; row++) Record(requestId, row, predictions, row);
    }

    /// <param name="requestId">That the client knows the prediction by.</param>
    /// <param name="row">Of the request.</param>
    /// <param name="predictions">Hold the prediction.</param>
    /// <param name="slot">Where.</param>
    public void Record(string requestId, long row, PredictionColumns predictions, int slot)
    {
        if (row <= int.MaxValue && predictions.TryReadPrediction(slot, out GivenPrediction prediction)) _window.Add(requestId, (int)row, prediction);
    }

    /// <exception cref="RequestException">It was not taken: the status says why.</exception>
    public void Take(FeedbackItem item)
    {
        try
        {
            Require(_window.Find(item.RequestId, item.Row, out GivenPrediction prediction), item);
            string? actual = prediction.Label is null ? null : ClassOf(item);
            if (prediction.Label is null && item.Text is not null)
                throw RequestException.Bad($"'actual': {TensorNames.Quote(item.Text)} is not a number, and the model predicts numbers");
            // Before it is taken, so that a right one may follow.
            if (prediction.Label is null && !_metrics.TakesValue(item.Number, prediction.Number)) throw TooFar(item);
            Require(_window.Take(item.RequestId, item.Row, out prediction), item);
            if (actual is not null) _metrics.CountClass(actual, prediction.Label!);
            else if (!_metrics.TryCountValue(item.Number, prediction.Number)) throw TooFar(item);
            _metrics.Count(FeedbackOutcome.Matched);
        }
        catch (RequestException e) when (e.Status == StatusCodes.Status400BadRequest)
        {
            _metrics.Count(FeedbackOutcome.Invalid);
            throw;
        }
    }

    private void Require(FeedbackOutcome outcome, FeedbackItem item)
    {
        if (outcome == FeedbackOutcome.Matched) return;
        _metrics.Count(outcome);
        string which = $"request {TensorNames.Quote(item.RequestId)}, row {item.Row}";
        throw outcome switch
        {
            FeedbackOutcome.Late => new RequestException(StatusCodes.Status410Gone, $"the prediction of {which} is too old: {_kept}"),
            FeedbackOutcome.Duplicate => new RequestException(StatusCodes.Status409Conflict, $"the prediction of {which} has its feedback already"),
            _ => new RequestException(StatusCodes.Status404NotFound, $"no prediction of {which} is known: {_kept}"),
        };
    }

    private static RequestException TooFar(FeedbackItem item) =>
        RequestException.Bad($"'actual': '{item.Number.ToString("R", CultureInfo.InvariantCulture)}' is so far from the prediction that the sum of squared errors would not be finite");

    /// <summary>A class by its name, or by its index where the classes have names.</summary>
    private string ClassOf(FeedbackItem item)
    {
        string actual = item.Text ?? item.Number.ToString("R", CultureInfo.InvariantCulture);
        if (_classes.Count == 0 || _classes.Contains(actual)) return actual;
        if (item.Text is null && item.Number >= 0 && item.Number < _classes.Count && item.Number == Math.Floor(item.Number)) return _classes[(int)item.Number];
        throw RequestException.Bad($"'actual': {TensorNames.Quote(actual)} is no class of the model; it knows {TensorNames.List(_classes)}");
    }
}
