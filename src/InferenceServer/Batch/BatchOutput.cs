using System.Text;
using System.Text.Json;
using Canario.Contract;

namespace Canario.InferenceServer.Batch;

/// <summary>
/// The files of a batch. What a checkpoint speaks of is forced to the disk before it, so a process that is killed at any moment leaves files of
/// which the checkpoint's lengths are right; what lies beyond is cut off by the next.
/// </summary>
internal sealed class BatchOutput : IDisposable
{
    private const long MaximumCheckpointBytes = 16 << 20;

    private readonly BatchOptions _options;
    private FileStream? _predictions;
    private FileStream? _errors;

    private BatchOutput(BatchOptions options, BatchCheckpoint checkpoint)
    {
        _options = options;
        Checkpoint = checkpoint;
    }

    /// <summary>The last one written.</summary>
    public BatchCheckpoint Checkpoint { get; private set; }

    public bool HasPredictions => _predictions!.Position > 0;

    private string PartialOutput => _options.Output + ".partial";
    private string PartialErrors => _options.ErrorsPath + ".partial";

    /// <summary>What an earlier process has left; null: nothing, or it is not to count.</summary>
    /// <exception cref="BatchException">It cannot be read, or is there without a checkpoint.</exception>
    public static BatchCheckpoint? ReadCheckpoint(BatchOptions options) => Guarded(options, () =>
    {
        var file = new FileInfo(options.CheckpointPath);
        if (options.StartsOver)
        {
            file.Delete();
            return null;
        }

        if (!file.Exists)
        {
            foreach (string path in new[] { options.Output, options.ErrorsPath })
            {
                if (File.Exists(path)) throw new BatchException(ExitCodes.BadConfiguration, $"{path} exists and is of no unfinished batch; --start-over true overwrites it");
            }

            return null;
        }

        try
        {
            if (file.Length > MaximumCheckpointBytes) throw new JsonException($"it is larger than {MaximumCheckpointBytes} bytes");
            return JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), BatchJson.Default.BatchCheckpoint) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new BatchException(ExitCodes.BadConfiguration, $"{file.FullName} is no checkpoint: {e.Message}; --start-over true begins anew");
        }
    });

    /// <summary>Opens the files at the checkpoint's lengths.</summary>
    public static BatchOutput Open(BatchOptions options, BatchCheckpoint checkpoint)
    {
        var output = new BatchOutput(options, checkpoint);
        try
        {
            Guarded(options, () =>
            {
                if (checkpoint.Complete) return true;
                foreach (string path in new[] { options.Output, options.ErrorsPath }) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // The files come after a first checkpoint: without one they would be taken for somebody else's.
                if (checkpoint.InputPosition == 0) output.Write(checkpoint);
                output._predictions = OpenAt(output.PartialOutput, checkpoint.OutputLength);
                output._errors = OpenAt(output.PartialErrors, checkpoint.ErrorsLength);
                return true;
            });
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    public void Append(BatchChunk chunk) => Guarded(_options, () =>
    {
        if (chunk.Header is { } header && !HasPredictions) _predictions!.Write(Encoding.UTF8.GetBytes(header));
        _predictions!.Write(chunk.Predictions.Written.Span);
        _errors!.Write(chunk.Errors.Written.Span);
        return true;
    });

    /// <summary>Forces what was appended to the disk, then the checkpoint that says so.</summary>
    public void Commit(BatchCheckpoint checkpoint) => Guarded(_options, () =>
    {
        _predictions!.Flush(flushToDisk: true);
        _errors!.Flush(flushToDisk: true);
        Write(checkpoint with { OutputLength = _predictions.Position, ErrorsLength = _errors.Position });
        return true;
    });

    /// <summary>Gives the files their names, as often as it is asked to.</summary>
    public void Finish() => Guarded(_options, () =>
    {
        Dispose();
        if (File.Exists(PartialOutput)) File.Move(PartialOutput, _options.Output, overwrite: true);
        if (File.Exists(PartialErrors)) File.Move(PartialErrors, _options.ErrorsPath, overwrite: true);
        return true;
    });

    public void Dispose()
    {
        _predictions?.Dispose();
        _errors?.Dispose();
        _predictions = _errors = null;
    }

    private static FileStream OpenAt(string path, long length)
    {
        // Not shared: a second process on the same files would mix its rows with ours.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        if (file.Length < length)
        {
            long actual = file.Length;
            file.Dispose();
            throw new BatchException(ExitCodes.BatchOutputFailed, $"{path} has {actual} bytes; the checkpoint says {length}; --start-over true begins anew");
        }

        file.SetLength(length);
        file.Position = length;
        return file;
    }

    private void Write(BatchCheckpoint checkpoint)
    {
        string next = _options.CheckpointPath + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, checkpoint, BatchJson.Default.BatchCheckpoint);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _options.CheckpointPath, overwrite: true);
        Checkpoint = checkpoint;
    }

    private static T Guarded<T>(BatchOptions options, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchException(ExitCodes.BatchOutputFailed, $"the output beside {options.Output} cannot be written: {e.Message}");
        }
    }
}
