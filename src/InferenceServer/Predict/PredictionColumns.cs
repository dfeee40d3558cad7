using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Predict;

/// <summary>The outputs of a run as predictions, one a row: the label where the model gives one, else the likeliest class, else the first value; further values have their names.</summary>
internal sealed class PredictionColumns
{
    /// <summary>Stands before a class's name in a table's head.</summary>
    public const string ProbabilityCell = "probability_";

    private readonly ResultColumn _primary;
    private readonly ResultColumn? _probabilities;
    private readonly ResultColumn[] _others;

    private PredictionColumns(ResultColumn[] results)
    {
        _probabilities = Array.Find(results, result => result.Plan.Kind == OutputKind.Probabilities);
        _primary = Array.Find(results, result => result.Plan.Kind == OutputKind.Label) ?? _probabilities ?? results[0];
        _others = Array.FindAll(results, result => result != _primary && result != _probabilities);
        Rows = results.Min(result => result.Rows);
    }

    /// <summary>A label as an index gets its name from its own classes, or from those of the probabilities beside it.</summary>
    private OutputPlan LabelNames => _primary.Plan.Classes.Count > 0 || _probabilities is null ? _primary.Plan : _probabilities.Plan;

    /// <summary>Of the output that has the fewest.</summary>
    public int Rows { get; }

    /// <param name="model">Whose call it is.</param>
    /// <param name="call">After a run of all outputs.</param>
    public static PredictionColumns Read(ServedModel model, InferenceCall call)
    {
        var results = new ResultColumn[model.Results.Count];
        for (int i = 0; i < results.Length; i++) results[i] = ResultColumn.Read(model.Results[i], call, model.Results[i].Output);
        return new PredictionColumns(results);
    }

    /// <summary>The members <c>prediction</c>, <c>probabilities</c> and <c>outputs</c> of a row, without braces.</summary>
    public void WriteRow(JsonOutput output, int row)
    {
        output.Raw("\"prediction\":"u8);
        WritePrediction(output, row);
        if (_probabilities is not null)
        {
            output.Raw(",\"probabilities\":{"u8);
            for (int i = 0; i < _probabilities.Columns; i++)
            {
                if (i > 0) output.Raw(","u8);
                output.Text(_probabilities.ClassName(i)).Raw(":"u8);
                _probabilities.WriteElement(output, row, i);
            }

            output.Raw("}"u8);
        }

        if (_others.Length == 0) return;
        output.Raw(",\"outputs\":{"u8);
        for (int i = 0; i < _others.Length; i++)
        {
            if (i > 0) output.Raw(","u8);
            output.Text(_others[i].Plan.Name).Raw(":"u8);
            _others[i].WriteRow(output, row);
        }

        output.Raw("}"u8);
    }

    /// <summary>The class, or the number where the model predicts one a row.</summary>
    /// <returns>False: the prediction is neither, or is no number.</returns>
    public bool TryReadPrediction(int row, out GivenPrediction prediction)
    {
        prediction = default;
        if (row >= _primary.Rows) return false;
        if (_primary.Plan.Kind == OutputKind.Probabilities)
            prediction = new GivenPrediction(_primary.ClassName(_primary.LikeliestClass(row)), 0);
        else if (_primary.Columns != 1)
            return false;
        else if (_primary.Texts is { } texts)
            prediction = new GivenPrediction(texts[row], 0);
        else if (_primary.Plan.Kind == OutputKind.Label)
            prediction = new GivenPrediction(LabelNames.ClassName(_primary.WholeAt(row)), 0);
        else
            prediction = new GivenPrediction(null, _primary.RealAt(row));
        return double.IsFinite(prediction.Number);
    }

    /// <summary>A table's heads of what <see cref="WriteCells"/> writes.</summary>
    public IEnumerable<string> CellNames()
    {
        yield return "prediction";
        for (int i = 0; i < _probabilities?.Columns; i++) yield return ProbabilityCell + _probabilities.ClassName(i);
        foreach (ResultColumn other in _others) yield return other.Plan.Name;
    }

    /// <summary>The same values as <see cref="WriteRow"/>, each as a JSON value of its own; <paramref name="next"/> is called after each.</summary>
    public void WriteCells(JsonOutput cell, int row, Action next)
    {
        WritePrediction(cell, row);
        next();
        for (int i = 0; i < _probabilities?.Columns; i++)
        {
            _probabilities.WriteElement(cell, row, i);
            next();
        }

        foreach (ResultColumn other in _others)
        {
            other.WriteRow(cell, row);
            next();
        }
    }

    private void WritePrediction(JsonOutput output, int row)
    {
        switch (_primary.Plan.Kind)
        {
            case OutputKind.Probabilities:
                output.Text(_primary.ClassName(_primary.LikeliestClass(row)));
                break;
            case OutputKind.Label when _primary.Texts is null && LabelNames.Classes.Count > 0:
                output.Text(LabelNames.ClassName(_primary.WholeAt(row)));
                break;
            default:
                _primary.WriteRow(output, row);
                break;
        }
    }
}
