using Canario.InferenceServer.Feedback;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Rows;

namespace Canario.InferenceServer.Http;

/// <summary>Writes one line for each row of a stream: its prediction, or what is wrong with it.</summary>
/// <param name="feedback">Remembers the predictions; null: nobody does.</param>
/// <param name="requestId">By which it does.</param>
internal sealed class StreamSink(ModelFeedback? feedback, string requestId) : IRowSink
{
    public JsonOutput Lines { get; } = new();

    /// <summary>Rows that lines were written for before these.</summary>
    public long FirstRow { get; set; }

    public long Predictions { get; private set; }
    public long BadRows { get; private set; }
    public long FailedRows { get; private set; }

    /// <summary>Of the first row that has no prediction.</summary>
    public string? FirstError { get; private set; }

    public void Predicted(int index, PredictionColumns predictions, int slot)
    {
        Predictions++;
        feedback?.Record(requestId, FirstRow + index, predictions, slot);
        Lines.Raw("{\"row\":"u8).Number(FirstRow + index).Raw(","u8);
        predictions.WriteRow(Lines, slot);
        Lines.Raw("}\n"u8);
    }

    public void Refused(int index, int status, string message)
    {
        if (status < StatusCodes.Status500InternalServerError) BadRows++;
        else FailedRows++;
        FirstError ??= $"row {FirstRow + index}: {message}";
        WriteError(FirstRow + index, status, message);
    }

    /// <summary>The last line of a stream that ends early: this row and those after it have no answer.</summary>
    public void End(int status, string message) => WriteError(FirstRow, status, message);

    private void WriteError(long row, int status, string message) =>
        Lines.Raw("{\"row\":"u8).Number(row).Raw(",\"error\":"u8).Text(message).Raw(",\"status\":"u8).Number(status).Raw("}\n"u8);
}
