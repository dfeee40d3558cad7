using System.Buffers;
using System.IO.Pipelines;
using Canario.Contract;
using Canario.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Canario.Router.Forwarding;

/// <summary>Hands a response on to the client.</summary>
internal static class ResponseCopy
{
    // A peer whose bytes are always there already would keep its thread to itself for ever.
    private const int SynchronousRounds = 64;

    public static BodyFraming WriteHead(Exchange x, ResponseHead head, Backend backend)
    {
        x.Response.StatusCode = head.Status;
        var headers = x.Response.Headers;
        foreach (ref readonly var line in head.Lines)
        {
            if (line.Meaning != HeaderMeaning.Pass) continue;
            if (head.Nominated.Length > 0 && head.Nominated.Contains(line.Name, StringComparer.OrdinalIgnoreCase)) continue;
            headers[line.Name] = headers.TryGetValue(line.Name, out var before) ? StringValues.Concat(before, line.Value) : line.Value;
        }
        headers[Headers.Revision] = backend.RevisionHeader;
        headers[Headers.RequestId] = x.RequestId;
        if (head.Status != 204 && head.ContentLength is { } length) headers.ContentLength = length;
        if (head.Status is 204 or 304 || x.Request.Method == "HEAD") return BodyFraming.None;
        if (head.Chunked) return BodyFraming.Chunked;
        if (head.ContentLength is { } left) return left == 0 ? BodyFraming.None : BodyFraming.Length;
        return BodyFraming.UntilClose;
    }

    /// <returns>null: the body is whole; else the reason why it is not.</returns>
    public static ValueTask<string?> CopyBodyAsync(Exchange x, UpstreamConnection connection, BodyFraming framing, TimeSpan stall, TimeProvider time)
    {
        if (framing != BodyFraming.Length || connection.Head.ContentLength is not { } length || connection.Buffered.Length < length)
            return StreamAsync(x, connection, framing, stall, time);
        // The usual answer: whole, in the segment that brought its head. It leaves in one, too.
        var writing = x.ResponseBody.Writer.WriteAsync(connection.BufferedMemory[..(int)length]);
        connection.Consume((int)length);
        if (!writing.IsCompletedSuccessfully) return AwaitAsync(writing);
        writing.GetAwaiter().GetResult();
        return default;

        static async ValueTask<string?> AwaitAsync(ValueTask<FlushResult> writing)
        {
            await writing;
            return null;
        }
    }

    private static async ValueTask<string?> StreamAsync(Exchange x, UpstreamConnection connection, BodyFraming framing, TimeSpan stall, TimeProvider time)
    {
        var writer = x.ResponseBody.Writer;
        var chunks = default(ChunkedReader);
        long left = connection.Head.ContentLength ?? 0;
        long stallTicks = (long)(stall.TotalSeconds * time.TimestampFrequency);
        int rounds = 0;
        await x.ResponseBody.StartAsync();
        while (true)
        {
            if (!connection.Buffered.IsEmpty)
            {
                switch (framing)
                {
                    case BodyFraming.Chunked:
                        var result = chunks.Read(connection.Buffered, writer, out int consumed);
                        connection.Consume(consumed);
                        if (result == HeadResult.Done) return await FinishAsync(writer);
                        if (result == HeadResult.Malformed) return Reasons.BadResponse;
                        break;
                    case BodyFraming.Length:
                        int take = (int)Math.Min(left, connection.Buffered.Length);
                        writer.Write(connection.Buffered[..take]);
                        connection.Consume(take);
                        left -= take;
                        if (left == 0) return await FinishAsync(writer);
                        break;
                    default:
                        int all = connection.Buffered.Length;
                        writer.Write(connection.Buffered);
                        connection.Consume(all);
                        break;
                }
            }
            var flush = await writer.FlushAsync();
            if (flush.IsCompleted || flush.IsCanceled) return Reasons.ClientGone;
            if (++rounds % SynchronousRounds == 0) await Task.Yield();
            if (!connection.MakeRoom(UpstreamConnection.MaxHeadBytes)) return Reasons.BadResponse;
            connection.SetDeadline(time.GetTimestamp() + stallTicks);
            int count = await connection.ReceiveAsync();
            connection.SetDeadline(0);
            if (count == 0) return framing == BodyFraming.UntilClose ? null : Reasons.ConnectionLost;
            connection.Received(count);
        }
    }

    private static async ValueTask<string?> FinishAsync(PipeWriter writer)
    {
        // Kestrel sends what is left of a body of known length only when asked.
        await writer.FlushAsync();
        return null;
    }
}
