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
    private readonly FileStream _lock;
    private FileStream? _predictions;
    private FileStream? _errors;

    private BatchOutput(BatchOptions options, FileStream held)
    {
        _options = options;
        _lock = held;
    }

    /// <summary>The last one written, or gone on from; null: none yet.</summary>
    public BatchCheckpoint? Checkpoint { get; private set; }

    /// <summary>
    /// Before anything is read or written: a checkpoint that another process still moves on says nothing. Not the files themselves, which get other
    /// names when they are whole.
    /// </summary>
    /// <exception cref="BatchException">Another process works on the files, or there is no place for them.</exception>
    public static BatchOutput Lock(BatchOptions options) => Guarded(options, () =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.Output)!);
        return new BatchOutput(options, new FileStream(options.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose));
    });

    /// <summary>What an earlier process has left; null: nothing, or it is not to count.</summary>
    /// <exception cref="BatchException">It cannot be read, or is there without a checkpoint.</exception>
    public BatchCheckpoint? ReadCheckpoint() => Guarded(_options, () =>
    {
        // What there is stays until the input is known to be one.
        if (_options.StartsOver) return null;
        var file = new FileInfo(_options.CheckpointPath);
        if (!file.Exists)
        {
            foreach (string path in new[] { _options.Output, _options.ErrorsPath })
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
    public void Open(BatchCheckpoint checkpoint) => Guarded(_options, () =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_options.ErrorsPath)!);
        // The files come after a first checkpoint: without one they would be taken for somebody else's.
        if (checkpoint.InputPosition == 0) Write(checkpoint);
        Checkpoint = checkpoint;
        _predictions = OpenAt(_options.PartialOutput, checkpoint.OutputLength);
        _errors = OpenAt(_options.PartialErrors, checkpoint.ErrorsLength);
        return true;
    });

    public void Append(BatchChunk chunk) => Guarded(_options, () =>
    {
        if (chunk.Header is { } header) WriteHeader(header);
        _predictions!.Write(chunk.Predictions.Written.Span);
        _errors!.Write(chunk.Errors.Written.Span);
        return true;
    });

    /// <summary>Where there is none yet.</summary>
    public void AppendHeader(string header) => Guarded(_options, () =>
    {
        WriteHeader(header);
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
    /// <param name="complete">What is on the disk.</param>
    public void Finish(BatchCheckpoint complete) => Guarded(_options, () =>
    {
        Checkpoint = complete;
        CloseFiles();
        Rename(_options.PartialOutput, _options.Output, complete.OutputLength);
        Rename(_options.PartialErrors, _options.ErrorsPath, complete.ErrorsLength);
        return true;
    });

    public void Dispose()
    {
        CloseFiles();
        _lock.Dispose();
    }

    private void WriteHeader(string header)
    {
        if (_predictions!.Position == 0) _predictions.Write(Encoding.UTF8.GetBytes(header));
    }

    private void CloseFiles()
    {
        _predictions?.Dispose();
        _errors?.Dispose();
        _predictions = _errors = null;
    }

    private static void Rename(string partial, string path, long length)
    {
        // One of another length is not what the checkpoint speaks of, and what it speaks of has its name already.
        if (new FileInfo(partial) is { Exists: true } file && file.Length == length) File.Move(partial, path, overwrite: true);
    }

    private static FileStream OpenAt(string path, long length)
    {
        long actual = new FileInfo(path) is { Exists: true } found ? found.Length : 0;
        if (actual < length)
            throw new BatchException(ExitCodes.BatchOutputFailed, $"{path} has {actual} bytes; the checkpoint says {length}; --start-over true begins anew");
        // Not shared: batches of other outputs may have been given the same error file. Not buffered: what a full disk does not take fails where it is
        // written, not again where the file is closed.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        file.SetLength(length);
        file.Position = length;
        return file;
    }

    private void Write(BatchCheckpoint checkpoint)
    {
        string next = _options.NextCheckpoint;
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
        // Out of range: a file that is larger than its file system or the process's limit allows.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new BatchException(ExitCodes.BatchOutputFailed, $"the output beside {options.Output} cannot be written: {e.Message}");
        }
    }
}
