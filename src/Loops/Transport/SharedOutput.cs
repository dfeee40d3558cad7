using System.Buffers;
using System.IO.Pipelines;

namespace Canario.Loops.Transport;

/// <summary>What goes to a socket that many requests share: it is gathered, and sent from the thread pool, where what was ready at the same time has come together.</summary>
internal sealed class SharedOutput
{
    private readonly Pipe _pipe;
    private readonly SocketSender _sender;
    private readonly Task _sending;

    public SharedOutput(SocketSender sender, MemoryPool<byte> pool)
    {
        _sender = sender;
        _pipe = new Pipe(new PipeOptions(pool, PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, useSynchronizationContext: false));
        _sending = SendAsync();
    }

    public PipeWriter Writer => _pipe.Writer;

    /// <summary>All that was written has been sent, or cannot be.</summary>
    public Task CompleteAsync()
    {
        _pipe.Writer.Complete();
        return _sending;
    }

    private async Task SendAsync()
    {
        while (true)
        {
            ReadResult ready = await _pipe.Reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in ready.Buffer)
            {
                for (int sent = _sender.Send(piece.Span); sent < piece.Length && !_sender.IsGone; sent += _sender.Send(piece.Span[sent..]))
                    await _sender.WaitAsync(CancellationToken.None);
            }

            _pipe.Reader.AdvanceTo(ready.Buffer.End);
            if (!ready.IsCompleted && !_sender.IsGone) continue;
            await _pipe.Reader.CompleteAsync();
            return;
        }
    }
}
