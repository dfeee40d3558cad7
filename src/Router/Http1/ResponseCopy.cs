using System.Runtime.CompilerServices;
using System.Text;
using Canario.Contract;
using Canario.Router.Fields;
using Canario.Router.Forwarding;
using Canario.Router.Routing;

namespace Canario.Router.Http1;

/// <summary>Hands a server's answer on to the client.</summary>
internal static class ResponseCopy
{
    private static readonly byte[] s_revision = Encoding.ASCII.GetBytes(Headers.Revision + ": ");
    private static readonly byte[] s_requestId = Encoding.ASCII.GetBytes("\r\n" + Headers.RequestId + ": ");

    /// <param name="uploading">The request's body is still on its way.</param>
    /// <returns>null: the answer is with the client, whole; else the reason why it is not.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<string?> RunAsync(Http1Exchange x, UpstreamConnection connection, Backend backend, TimeSpan stall, bool uploading)
    {
        var head = connection.Head;
        var input = connection.Input;
        var framing = FramingOf(x, head);
        // A body without a length is chunked for the client, so that its end is told from a break; HTTP/1.0 has but the end of the connection.
        bool chunked = framing is BodyFraming.Chunked or BodyFraming.UntilClose && !x.Head.IsHttp10;
        if (uploading || (framing is BodyFraming.Chunked or BodyFraming.UntilClose && !chunked)) x.CloseAfter();
        x.Copy?.Stable.Begin(head, input.Data);
        input.Consume(WriteHead(x, connection, backend, chunked));
        var body = new BodyReader(framing, head.ContentLength ?? 0);
        bool done = framing == BodyFraming.None;
        while (true)
        {
            if (!done && !input.IsEmpty)
            {
                int start = chunked ? x.Output.BeginChunk() : x.Output.Length;
                var part = body.Take(input, x.Output);
                if (part == BodyPart.Malformed) return Reasons.BadResponse;
                x.Copy?.Stable.Keep(x.Output.Memory.Span[start..]);
                if (chunked) x.Output.EndChunk(start);
                done = part == BodyPart.Last;
            }
            if (done && chunked) x.Output.Write("0\r\n\r\n"u8);
            if (x.Output.Length > 0 && !await x.SendAsync()) return Reasons.ClientGone;
            if (done) return null;
            if (!input.MakeRoom(UpstreamConnection.MaxHeadBytes)) return Reasons.BadResponse;
            if (await connection.Socket.ReceiveAsync(input, x.Loop.After(stall)) > 0) continue;
            if (framing != BodyFraming.UntilClose || connection.Socket.IsBroken) return connection.Socket.TimedOut ? Reasons.Timeout : Reasons.ConnectionLost;
            done = true;
        }
    }

    /// <summary>Whether the server's connection stands at the beginning of the next answer.</summary>
    public static bool LeavesInStep(Http1Exchange x, ResponseHead head)
    {
        if (head.Close) return false;
        // A body that 204 must not have may follow all the same.
        if (head.Status == 204 && (head.Chunked || head.ContentLength > 0)) return false;
        return FramingOf(x, head) != BodyFraming.UntilClose;
    }

    private static BodyFraming FramingOf(Http1Exchange x, ResponseHead head)
    {
        if (head.Status is 204 or 304 || x.Head.IsHead) return BodyFraming.None;
        if (head.Chunked) return BodyFraming.Chunked;
        if (head.ContentLength is { } length) return length == 0 ? BodyFraming.None : BodyFraming.Length;
        return BodyFraming.UntilClose;
    }

    // Returns the length of the server's head.
    private static int WriteHead(Http1Exchange x, UpstreamConnection connection, Backend backend, bool chunked)
    {
        var output = x.Output;
        var head = connection.Head;
        var data = connection.Input.Data;
        int length = head.StatusLineLength;
        // Its version is its own business; the router's is 1.1.
        output.Write("HTTP/1.1"u8);
        output.Write(data[8..length]);
        bool dated = false;
        foreach (ref readonly var field in head.Fields.All)
        {
            length = field.Start + field.Length;
            dated |= field.Kind == FieldKind.Date;
            if (FieldNames.PassesToClient(field.Kind) && !head.Fields.IsNominated(data, field)) output.Write(data.Slice(field.Start, field.Length));
        }
        if (!dated) output.Write(x.Date.Line);
        output.Write(s_revision);
        output.Write(backend.RevisionBytes);
        output.Write(s_requestId);
        output.Write(x.RequestIdBytes);
        if (head.Status != 204 && head.ContentLength is { } contentLength)
        {
            output.Write("\r\nContent-Length: "u8);
            output.Write(contentLength);
        }
        if (chunked) output.Write("\r\nTransfer-Encoding: chunked"u8);
        output.Write(x.ConnectionField);
        output.Write("\r\n\r\n"u8);
        return length + 2;
    }
}
