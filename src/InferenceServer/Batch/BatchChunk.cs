using System.Text;
using Canario.InferenceServer.Json;
using Canario.InferenceServer.Predict;
using Canario.InferenceServer.Rows;

namespace Canario.InferenceServer.Batch;

/// <summary>A piece of the input with what became of it. Where pieces begin and end depends on the input alone, so that a batch that was killed writes the same again.</summary>
internal sealed class BatchChunk(RowFormat outputFormat, KeptColumns kept) : IRowSink
{
    private const int MostRows = 256;
    private const int MostBytes = 4 << 20;

    private readonly JsonOutput _bytes = new();
    private readonly List<(int Start, int Length, string? Error)> _records = [];
    private readonly List<RowText> _rows = [];
    private readonly JsonOutput _cell = new();
    private int _firstOfRun;

    public long FirstRow { get; private set; }
    /// <summary>Of the input, after this piece.</summary>
    public long EndPosition { get; private set; }
    public int Rows => _records.Count;
    public JsonOutput Predictions { get; } = new();
    public JsonOutput Errors { get; } = new();
    public long Predicted { get; private set; }
    public string? FirstError { get; private set; }
    /// <summary>Heads of a table's columns; null until a row was predicted, or where the output is none.</summary>
    public string? Header { get; private set; }
    public bool IsFull => _records.Count == MostRows || _bytes.Length >= MostBytes;

    public void Begin(long firstRow)
    {
        FirstRow = firstRow;
        _bytes.Clear();
        _records.Clear();
        Predictions.Clear();
        Errors.Clear();
        Predicted = 0;
        FirstError = null;
        Header = null;
    }

    /// <summary>Takes a copy of the record.</summary>
    public void Add(ReadOnlySpan<byte> record, string? error, long endPosition)
    {
        _records.Add((_bytes.Length, record.Length, error));
        _bytes.Raw(record);
        EndPosition = endPosition;
    }

    /// <param name="columns">Of a CSV input; null: the records are JSON.</param>
    /// <param name="build">Makes the runner, given where kept members go.</param>
    /// <param name="run">Runs rows and tells them to the sink.</param>
    /// <param name="rowsARun">At most.</param>
    public async Task PredictAsync(CsvColumns? columns, int rowsARun, Func<KeptMembers?, RowRunner> build, Func<RowRunner, IReadOnlyList<RowText>, IRowSink, Task> run)
    {
        RowRunner runner = build(kept.Members);
        List<RowText> all = ReadRows(columns);
        for (_firstOfRun = 0; _firstOfRun < all.Count; _firstOfRun += rowsARun)
        {
            _rows.Clear();
            for (int i = _firstOfRun; i < Math.Min(_firstOfRun + rowsARun, all.Count); i++) _rows.Add(all[i]);
            await run(runner, _rows, this);
        }
    }

    /// <param name="keptNames">Of the columns that are copied.</param>
    /// <param name="cellNames">Of what was predicted.</param>
    public static string BuildHeader(IEnumerable<string> keptNames, IEnumerable<string> cellNames)
    {
        var header = new JsonOutput();
        var csv = new CsvOutput(header);
        foreach (string name in (IEnumerable<string>)["row", .. keptNames, .. cellNames]) csv.Text(name);
        csv.EndRow();
        return Encoding.UTF8.GetString(header.Written.Span);
    }

    void IRowSink.Predicted(int index, PredictionColumns predictions, int slot)
    {
        Predicted++;
        long row = FirstRow + _firstOfRun + index;
        if (outputFormat == RowFormat.Csv)
        {
            WriteRecord(row, index, predictions, slot);
            return;
        }

        Predictions.Raw("{\"row\":"u8).Number(row).Raw(","u8);
        for (int i = 0; i < kept.Names.Count; i++) Predictions.Text(kept.Names[i]).Raw(":"u8).Raw(Kept(i, index)).Raw(","u8);
        predictions.WriteRow(Predictions, slot);
        Predictions.Raw("}\n"u8);
    }

    void IRowSink.Refused(int index, int status, string message)
    {
        long row = FirstRow + _firstOfRun + index;
        FirstError ??= $"row {row}: {message}";
        Errors.Raw("{\"row\":"u8).Number(row).Raw(",\"error\":"u8).Text(message).Raw(",\"status\":"u8).Number(status).Raw("}\n"u8);
    }

    private ReadOnlySpan<byte> Kept(int column, int index) => kept.Value(column, index, _rows[index].Json.Span);

    private List<RowText> ReadRows(CsvColumns? columns)
    {
        var rows = new List<RowText>(_records.Count);
        if (columns is null)
        {
            foreach ((int start, int length, string? error) in _records) rows.Add(new RowText(_bytes.Written.Slice(start, length), error));
            return rows;
        }

        var json = new JsonOutput();
        var ends = new List<(int Start, int End, string? Error)>(_records.Count);
        foreach ((int start, int length, string? error) in _records)
        {
            int begin = json.Length;
            ends.Add((begin, 0, error ?? columns.ToJson(_bytes.Written.Span.Slice(start, length), json)));
            ends[^1] = ends[^1] with { End = json.Length };
        }

        // Only now: the buffer moves while it grows.
        foreach ((int start, int end, string? error) in ends) rows.Add(new RowText(json.Written[start..end], error));
        return rows;
    }

    private void WriteRecord(long row, int index, PredictionColumns predictions, int slot)
    {
        Header ??= BuildHeader(kept.Names, predictions.CellNames());
        var csv = new CsvOutput(Predictions);
        _cell.Clear();
        _cell.Number(row);
        Next();
        for (int i = 0; i < kept.Names.Count; i++) csv.Value(Kept(i, index));
        predictions.WriteCells(_cell, slot, Next);
        csv.EndRow();

        void Next()
        {
            csv.Value(_cell.Written.Span);
            _cell.Clear();
        }
    }
}
