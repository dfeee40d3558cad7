using Canario.InferenceServer.Http;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Tensors;
using Canario.OnnxRuntime;

namespace Canario.InferenceServer.Rows;

/// <summary>Predicts rows that came one by one: together where the model's rows are independent, and each bad one fails by itself.</summary>
/// <param name="model">Has named features.</param>
/// <param name="limits">Of rows and strings.</param>
/// <param name="run">Runs a call whose inputs are filled.</param>
/// <param name="kept">Gets members that are no features; null: there may be none.</param>
internal sealed class RowRunner(ServedModel model, RequestLimits limits, Func<InferenceCall, CancellationToken, ValueTask> run, KeptMembers? kept = null)
{
    // Beyond this a row among others gets no cheaper.
    private const int MostRows = 256;

    private readonly FeaturePlan _plan = model.Features!;
    private readonly List<(int Slot, string? Error)> _parsed = [];

    /// <summary>Most rows that one call should be given.</summary>
    public int MaximumRows { get; init; } = model.RowsAreIndependent ? Math.Min(Math.Min(MostRows, model.MostRowsTogether), limits.MaximumRows) : 1;

    /// <param name="call">Used for the runs; the caller resets it.</param>
    /// <param name="rows">At most <see cref="MaximumRows"/>.</param>
    /// <param name="sink">Gets one call for each row, in order.</param>
    /// <param name="cancellation">Ends the wait for a core and the run itself.</param>
    public async ValueTask RunAsync(InferenceCall call, IReadOnlyList<RowText> rows, IRowSink sink, CancellationToken cancellation)
    {
        call.Reset();
        _parsed.Clear();
        int slots = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            string? error = rows[i].Error ?? TryParse(rows[i].Json.Span, call, slots, i);
            _parsed.Add((slots, error));
            if (error is null) slots++;
        }

        PredictionColumns? together = slots == 0 ? null : await TryRunAsync(call, slots, cancellation);
        for (int i = 0; i < rows.Count; i++)
        {
            (int slot, string? error) = _parsed[i];
            if (error is not null) sink.Refused(i, StatusCodes.Status400BadRequest, error);
            else if (together is not null) sink.Predicted(i, together, slot);
            else await RunAloneAsync(call, rows[i], i, filled: slots == 1, sink, cancellation);
        }
    }

    /// <returns>Null: the run failed, or the model gave another number of rows; each row is to be run by itself.</returns>
    private async ValueTask<PredictionColumns?> TryRunAsync(InferenceCall call, int rows, CancellationToken cancellation)
    {
        if (rows == 1) return null;
        try
        {
            call.Rows = rows;
            PredictRequestParser.SetShapes(call, _plan, limits);
            await run(call, cancellation);
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }

        PredictionColumns predictions = PredictionColumns.Read(model, call);
        return predictions.Rows == rows ? predictions : null;
    }

    /// <param name="call">Runs the row.</param>
    /// <param name="row">Has been parsed without an error.</param>
    /// <param name="index">Of the row.</param>
    /// <param name="filled">The call holds the row already.</param>
    /// <param name="sink">Is told.</param>
    /// <param name="cancellation">Ends the run.</param>
    private async ValueTask RunAloneAsync(InferenceCall call, RowText row, int index, bool filled, IRowSink sink, CancellationToken cancellation)
    {
        try
        {
            if (!filled)
            {
                call.Reset();
                TryParse(row.Json.Span, call, 0, index);
            }

            call.Rows = 1;
            PredictRequestParser.SetShapes(call, _plan, limits);
            await run(call, cancellation);
            sink.Predicted(index, PredictionColumns.Read(model, call), 0);
        }
        catch (OnnxRuntimeException e)
        {
            sink.Refused(index, StatusCodes.Status500InternalServerError, RequestFailures.Describe(e, model));
        }
        catch (RequestException e)
        {
            // The model takes a fixed number of rows, and not one.
            sink.Refused(index, e.Status, e.Message);
        }
    }

    private string? TryParse(ReadOnlySpan<byte> json, InferenceCall call, int slot, int index)
    {
        try
        {
            kept?.Begin(index);
            var cursor = new JsonCursor(json, limits.MaximumStringBytes);
            PredictRequestParser.ParseSingle(ref cursor, call, _plan, slot, kept);
            return null;
        }
        catch (RequestException e)
        {
            return e.Message;
        }
    }
}
