using System.Buffers;
using System.Buffers.Text;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Canario.Router.Forwarding;

/// <summary>Streams a request's body to the server, beside the response: a server may answer before it has read all.</summary>
internal sealed class RequestUpload(UpstreamConnection connection, Exchange x, TimeSpan timeout, TimeSpan stall, TimeProvider time)
{
    private const int ChunkBytes = 16 * 1024;
    // "ffffffff\r\n" before the data and CRLF after it.
    private const int ChunkOverhead = 12;
    private Task _running = Task.CompletedTask;
    private volatile bool _complete;
    private volatile bool _stopped;

    /// <summary>The whole body is with the server.</summary>
    public bool IsComplete => _complete;

    public bool SentNothing { get; private set; } = true;

    /// <summary>Status for a client whose body broke off or is malformed.</summary>
    public int? ClientFault { get; private set; }

    public void Start() => _running = RunAsync();

    /// <summary>Nothing is sent any more, and what was not sent can be read again.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        if (_running.IsCompleted) return;
        connection.Abort();
        x.Body!.CancelPendingRead();
        await _running;
    }

    /// <summary>Puts a small body behind its head, so that both leave in one segment.</summary>
    /// <returns>The length of both.</returns>
    public static int Append(UpstreamConnection connection, int length, ReadOnlySequence<byte> body, bool chunked)
    {
        int size = (int)body.Length;
        if (connection.Out.Length < length + size + 2 * ChunkOverhead) connection.GrowOut(length + size + 2 * ChunkOverhead);
        var rest = connection.Out.AsSpan(length);
        if (!chunked)
        {
            body.CopyTo(rest);
            return length + size;
        }
        int written = size == 0 ? 0 : WriteChunk(rest, body);
        "0\r\n\r\n"u8.CopyTo(rest[written..]);
        return length + written + 5;
    }

    private static int WriteChunk(Span<byte> to, ReadOnlySequence<byte> data)
    {
        Utf8Formatter.TryFormat((int)data.Length, to, out int written, new StandardFormat('x'));
        "\r\n"u8.CopyTo(to[written..]);
        data.CopyTo(to[(written + 2)..]);
        int end = written + 2 + (int)data.Length;
        "\r\n"u8.CopyTo(to[end..]);
        return end + 2;
    }

    private async Task RunAsync()
    {
        try
        {
            await CopyAsync();
        }
        catch (BadHttpRequestException e)
        {
            ClientFault = e.StatusCode;
            connection.Abort();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server reads no more; its answer may be on its way all the same.
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            ClientFault = e is IOException and not ConnectionResetException ? 400 : Outcome.ClientGone;
            connection.Abort();
        }
    }

    private async Task CopyAsync()
    {
        var body = x.Body!;
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes + ChunkOverhead);
        try
        {
            while (true)
            {
                // Silence here is the client's; Kestrel watches its rate.
                connection.SetDeadline(0);
                var read = await body.ReadAsync();
                var left = read.Buffer;
                try
                {
                    while (left.Length > 0 && !_stopped)
                    {
                        SentNothing = false;
                        connection.SetDeadline(time.GetTimestamp() + Ticks(stall));
                        var part = left.Slice(0, Math.Min(left.Length, ChunkBytes));
                        int length = x.BodyIsChunked ? WriteChunk(chunk, part) : Copy(part, chunk);
                        await Http1Forwarder.SendAsync(connection.Socket, chunk.AsMemory(0, length));
                        left = left.Slice(part.End);
                    }
                }
                finally
                {
                    body.AdvanceTo(left.Start);
                }
                if (_stopped) return;
                if (!read.IsCompleted) continue;
                connection.SetDeadline(time.GetTimestamp() + Ticks(timeout));
                if (x.BodyIsChunked) await Http1Forwarder.SendAsync(connection.Socket, "0\r\n\r\n"u8.ToArray());
                _complete = true;
                return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static int Copy(ReadOnlySequence<byte> part, byte[] to)
    {
        part.CopyTo(to);
        return (int)part.Length;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
