using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.PredictionLog;
using Canario.InferenceServer.Rows;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Http;

/// <summary>Writes one line for each row of a stream: its prediction, or what is wrong with it.</summary>
/// <param name="model">Remembers the predictions for feedback.</param>
/// <param name="call">Holds the rows while they are told.</param>
/// <param name="log">Gets a share of them.</param>
/// <param name="requestId">By which both know the stream.</param>
internal sealed class StreamSink(ServedModel model, InferenceCall call, PredictionLogger log, string requestId) : IRowSink
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
        model.Feedback?.Record(requestId, FirstRow + index, predictions, slot);
        log.Observe(model, call, predictions, slot, 1, requestId, FirstRow + index);
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
