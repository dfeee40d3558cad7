using Canario.Contract;
using Canario.InferenceServer.Configuration;
using Canario.InferenceServer.Models;
using Canario.InferenceServer.Rows;
using Canario.InferenceServer.Tensors;

namespace Canario.InferenceServer.Batch;

/// <summary>
/// Reads pieces of the input, predicts as many at once as there are cores, and writes them in their order. Memory is bounded by the pieces under way.
/// </summary>
internal sealed class BatchJob(ServerOptions options, ServedModel model, HttpClient http, TimeProvider time, ILogger<BatchJob> logger) : IDisposable
{
    private readonly BatchOptions _batch = options.Batch;
    private BatchOutput? _output;
    private double _earlierSeconds;
    private long _resumedAt;
    private BatchProgress? _progress;

    /// <summary>Where it got to, as a checkpoint says it.</summary>
    public BatchCheckpoint? Checkpoint => _output?.Checkpoint;

    public long ResumedAtRow => _resumedAt;

    private int PiecesAtOnce => Math.Max(1, Environment.ProcessorCount / Math.Max(1, options.Threads == 0 ? Environment.ProcessorCount : options.Threads));

    /// <param name="fingerprint">Of the model and its metadata.</param>
    /// <param name="stop">Ends the batch at the next piece, at a checkpoint.</param>
    /// <exception cref="BatchException">It cannot go on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(string fingerprint, CancellationToken stop)
    {
        KeptColumns.Require(_batch.Keep, model.Features!, _batch.OutputFormat!.Value, model.Results);
        string job = Describe(fingerprint);
        _output = BatchOutput.Lock(_batch);
        BatchCheckpoint? earlier = _output.ReadCheckpoint();
        if (earlier is not null && earlier.Job != job)
            throw new BatchException(ExitCodes.BadConfiguration, $"{_batch.CheckpointPath} is of another batch ({earlier.Job}); this is {job}; --start-over true begins anew");
        _earlierSeconds = earlier?.Seconds ?? 0;
        _resumedAt = earlier?.Rows ?? 0;
        if (earlier is { Complete: true })
        {
            _output.Finish(earlier);
            return;
        }

        await using BatchSource source = await BatchSource.OpenAsync(_batch.Input!, earlier?.InputPosition ?? 0, earlier?.InputIdentity, http, options.FetchAttempts, time, stop);
        IRecordSplitter splitter = _batch.InputFormat == RowFormat.Csv ? new CsvSplitter(_batch.Delimiter) : new LineSplitter();
        using var reader = new RecordReader(source.Stream, splitter, options.Limits.MaximumLineBytes, earlier?.InputPosition ?? 0);
        BatchCheckpoint begin = earlier is { InputPosition: > 0 } ? earlier : await BeginAsync(job, source, reader, stop);
        CsvColumns? columns = _batch.InputFormat == RowFormat.Csv ? CsvColumns.Build(begin.Columns, model.Features!, _batch.Keep, _batch.Delimiter) : null;
        _output.Open(begin);
        _progress = new BatchProgress(begin, source.Length, _batch.ProgressInterval, time, logger);
        await CopyAsync(reader, columns, begin, stop);
        _output.Commit(Checkpoint! with { Complete = true });
        _output.Finish(Checkpoint!);
    }

    public void Dispose()
    {
        _output?.Dispose();
    }

    private string Describe(string fingerprint) =>
        $"model {fingerprint} on {BatchSource.Describe(_batch.Input!)} as {_batch.InputFormat}{(_batch.InputFormat == RowFormat.Csv ? $" with '{_batch.Delimiter}'" : "")}"
        + $" to {_batch.OutputFormat}, keeping [{string.Join(',', _batch.Keep)}], errors to {_batch.ErrorsPath}, lines up to {options.Limits.MaximumLineBytes} and strings up to {options.Limits.MaximumStringBytes} bytes";

    private async Task<BatchCheckpoint> BeginAsync(string job, BatchSource source, RecordReader reader, CancellationToken stop)
    {
        IReadOnlyList<string> columns = [];
        // Before there is a file of the output: an input that is none leaves nothing behind.
        await FillAsync(reader, stop);
        if (_batch.InputFormat == RowFormat.Csv)
        {
            ReadOnlyMemory<byte> header;
            bool tooLong;
            while (!reader.TryTake(out header, out tooLong))
            {
                if (!await FillAsync(reader, stop)) throw new BatchException(ExitCodes.BatchInputFailed, $"{BatchSource.Show(_batch.Input!)} is empty; a header is expected");
            }

            if (tooLong) throw new BatchException(ExitCodes.BatchInputFailed, $"the input's header is longer than {options.Limits.MaximumLineBytes} bytes");
            columns = CsvColumns.ReadHeader(header.Span, _batch.Delimiter);
        }

        var runner = new RowRunner(model, options.Limits, (_, _) => ValueTask.CompletedTask);
        return new BatchCheckpoint { Job = job, InputIdentity = source.Identity, RowsARun = runner.MaximumRows, Columns = columns };
    }

    private async Task CopyAsync(RecordReader reader, CsvColumns? columns, BatchCheckpoint begin, CancellationToken stop)
    {
        var underWay = new Queue<Task<BatchChunk>>();
        var spare = new Stack<BatchChunk>();
        long nextRow = begin.Rows;
        long committed = time.GetTimestamp();
        BatchCheckpoint done = begin;
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                BatchChunk chunk = spare.Count > 0 ? spare.Pop() : new BatchChunk(_batch.OutputFormat!.Value, new KeptColumns(_batch.Keep, model.Features!));
                chunk.Begin(nextRow);
                await ReadAsync(reader, chunk, stop);
                nextRow += chunk.Rows;
                if (chunk.Rows > 0) underWay.Enqueue(Task.Run(() => PredictAsync(chunk, columns, begin.RowsARun), CancellationToken.None));
                while (underWay.Count > (chunk.Rows > 0 ? PiecesAtOnce : 0))
                {
                    BatchChunk predicted = await underWay.Dequeue();
                    if (_batch.StopsOnError && predicted.FirstError is { } error) throw new BatchException(ExitCodes.BatchRowRefused, error);
                    _output!.Append(predicted);
                    done = After(done, predicted);
                    _progress!.Tell(done.Rows, done.Predicted, done.InputPosition);
                    spare.Push(predicted);
                    if (time.GetElapsedTime(committed) < _batch.CheckpointInterval) continue;
                    _output.Commit(done);
                    committed = time.GetTimestamp();
                }

                if (chunk.Rows == 0) break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException || e is BatchException { ExitCode: not ExitCodes.BatchOutputFailed })
        {
            // What is written is not to be done again.
            _output!.Commit(done);
            throw;
        }
        finally
        {
            // They use the model, which goes with the batch.
            Task predicting = Task.WhenAll(underWay);
            await predicting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // A table without a row has its header all the same.
        if (_batch.OutputFormat == RowFormat.Csv && OutputNames.CellsOf(model.Results) is { } cells) _output!.AppendHeader(BatchChunk.BuildHeader(_batch.Keep, cells));
        _output!.Commit(done);
    }

    private BatchCheckpoint After(BatchCheckpoint done, BatchChunk chunk) => done with
    {
        InputPosition = chunk.EndPosition,
        Rows = done.Rows + chunk.Rows,
        Predicted = done.Predicted + chunk.Predicted,
        Seconds = _earlierSeconds + _progress!.Elapsed.TotalSeconds,
    };

    private async Task ReadAsync(RecordReader reader, BatchChunk chunk, CancellationToken stop)
    {
        while (!chunk.IsFull)
        {
            if (!reader.TryTake(out ReadOnlyMemory<byte> record, out bool tooLong))
            {
                if (!await FillAsync(reader, stop)) return;
                continue;
            }

            if (tooLong) chunk.Add(default, $"the row is longer than {options.Limits.MaximumLineBytes} bytes", reader.Position);
            else if (!IsBlank(record.Span)) chunk.Add(record.Span, null, reader.Position);
        }
    }

    /// <summary>Blank lines are no rows; delimiters alone are a row of empty fields, whatever the delimiter.</summary>
    private bool IsBlank(ReadOnlySpan<byte> record)
    {
        if (_batch.InputFormat == RowFormat.Csv && record.Contains((byte)_batch.Delimiter)) return false;
        return record.Trim(" \t\r"u8).IsEmpty;
    }

    private async ValueTask<bool> FillAsync(RecordReader reader, CancellationToken stop)
    {
        try
        {
            return await reader.FillAsync(stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchException(ExitCodes.BatchInputFailed, $"{BatchSource.Show(_batch.Input!)} cannot be read: {e.Message}");
        }
    }

    private async Task<BatchChunk> PredictAsync(BatchChunk chunk, CsvColumns? columns, int rowsARun)
    {
        InferenceCall call = model.Rent();
        try
        {
            await chunk.PredictAsync(
                columns,
                rowsARun,
                kept => new RowRunner(model, options.Limits, Run, kept),
                (runner, rows, sink) => runner.RunAsync(call, rows, sink, CancellationToken.None).AsTask());
            return chunk;
        }
        finally
        {
            model.Return(call);
        }
    }

    private ValueTask Run(InferenceCall call, CancellationToken cancellation)
    {
        call.Run(model.RunOf(null), cancellation);
        return ValueTask.CompletedTask;
    }
}
