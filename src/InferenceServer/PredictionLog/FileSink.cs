namespace Canario.InferenceServer.PredictionLog;

/// <summary>Appends lines to a file; a full one is kept as <c>.1</c> until the next is full.</summary>
internal sealed class FileSink(string path, long maximumBytes) : IPredictionSink
{
    private static readonly byte[] s_newline = "\n"u8.ToArray();

    private FileStream? _file;

    public async Task WriteAsync(ReadOnlyMemory<byte> cloudEvent, CancellationToken cancellation)
    {
        try
        {
            _file ??= Open();
            if (_file.Length > 0 && _file.Length + cloudEvent.Length > maximumBytes)
            {
                Close();
                File.Move(path, path + ".1", overwrite: true);
                _file = Open();
            }

            await _file.WriteAsync(cloudEvent, cancellation);
            await _file.WriteAsync(s_newline, cancellation);
            await _file.FlushAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder may be there, or have room, for the next.
            Close();
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    public void Dispose() => Close();

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    private void Close()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // What could not be flushed was counted as failed.
        }

        _file = null;
    }
}
