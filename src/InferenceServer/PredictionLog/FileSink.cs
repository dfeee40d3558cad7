namespace Canario.InferenceServer.PredictionLog;

/// <summary>Appends lines to a file; a full one is kept as <c>.1</c> until the next is full.</summary>
internal sealed class FileSink(string path, long maximumBytes) : IPredictionSink
{
    private static readonly byte[] s_newline = "\n"u8.ToArray();

    private FileStream? _file;
    private bool _endsInPart;

    public async Task WriteAsync(ReadOnlyMemory<byte> cloudEvent, CancellationToken cancellation)
    {
        long? whole = null;
        try
        {
            _file ??= Open();
            if (_file.Length > 0 && _file.Length + cloudEvent.Length > maximumBytes)
            {
                Close();
                File.Move(path, path + ".1", overwrite: true);
                _file = Open();
            }

            whole = _file.Length;
            byte[] line = [.. _endsInPart ? s_newline : [], .. cloudEvent.Span, .. s_newline];
            await _file.WriteAsync(line, cancellation);
            _endsInPart = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder may be there, or have room, for the next: it must not stand behind a part of this one.
            if (whole is { } length) Cut(length);
            Close();
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }

    public void Dispose() => Close();

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Without a buffer: what did not fit would be written once more where the file is cut or closed.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            // As a process leaves it that was killed, or could not cut.
            _endsInPart = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Cut(long length)
    {
        try
        {
            _file?.SetLength(length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Found when it is opened again.
        }
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
