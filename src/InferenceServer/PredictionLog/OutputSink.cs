using Canario.Telemetry.Logging;

namespace Canario.InferenceServer.PredictionLog;

/// <summary>Lines among those of the log, through its queue: two writers of one pipe would mix long lines.</summary>
internal sealed class OutputSink(JsonLoggerProvider log) : IPredictionSink
{
    public Task WriteAsync(ReadOnlyMemory<byte> cloudEvent, CancellationToken cancellation)
    {
        byte[] line = new byte[cloudEvent.Length + 1];
        cloudEvent.Span.CopyTo(line);
        line[^1] = (byte)'\n';
        return log.TryWriteLine(line) ? Task.CompletedTask : throw new IOException("the log's reader is too slow");
    }

    public void Dispose()
    {
    }
}
