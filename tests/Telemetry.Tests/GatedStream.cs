namespace Canario.Telemetry.Tests;

/// <summary>Takes nothing until it is opened, as a pipe that nobody reads.</summary>
internal sealed class GatedStream : MemoryStream
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _opened.SetResult();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _opened.Task;
        Write(buffer.Span);
    }
}
