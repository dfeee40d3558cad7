using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Canario.Router.Routing;

namespace Canario.Router.Forwarding;

/// <summary>One attempt to have one endpoint answer one HTTP/1.1 request.</summary>
internal sealed class Http1Forwarder(UpstreamOptions options, TimeProvider time, ILogger logger)
{
    private const int MaxInterimResponses = 8;
    // A request that is sent with its head in one segment, and kept for a second attempt.
    private const int MaxHeldBody = 32 * 1024;

    /// <param name="fresh">On a new connection: a used one has just turned out to be closed.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> TryAsync(Exchange x, Route route, Backend backend, Endpoint endpoint, bool fresh)
    {
        UpstreamConnection? connection = null;
        RequestUpload? upload = null;
        bool reusable = false;
        bool sent = false;
        bool headRead = false;
        var held = default(ReadResult);
        bool holds = false;
        endpoint.Begin();
        try
        {
            connection = fresh ? null : endpoint.Pool.Rent();
            if (connection is null)
            {
                try
                {
                    connection = await endpoint.Pool.ConnectAsync();
                    if (endpoint.IsEjected) endpoint.Readmit();
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    if (!IsOwnFault(e)) endpoint.Eject();
                    return Outcome.NotReached(Reasons.ConnectFailed);
                }
            }
            if (!x.Attach(connection)) return Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone);

            int length = RequestHead.Write(connection, x, endpoint.HostAndPort);
            bool wholeBody = x.Body is null;
            if (x.Body is not null && x.Body.TryRead(out held))
            {
                holds = true;
                wholeBody = held.IsCompleted && held.Buffer.Length <= MaxHeldBody;
                if (wholeBody) length = RequestUpload.Append(connection, length, held.Buffer, x.BodyIsChunked);
            }
            connection.SetDeadline(time.GetTimestamp() + Ticks(wholeBody ? route.Timeout : options.StallTimeout));
            await SendAsync(connection.Socket, connection.Out.AsMemory(0, length));
            sent = true;
            if (!wholeBody)
            {
                if (holds) x.Body!.AdvanceTo(held.Buffer.Start);
                holds = false;
                upload = new RequestUpload(connection, x, route.Timeout, options.StallTimeout, time);
                upload.Start();
            }

            // The response's head.
            int interim = 0;
            while (true)
            {
                var result = connection.ReadHead();
                if (result == HeadResult.Done)
                {
                    if (connection.Head.Status >= 200) break;
                    if (connection.Head.Status == 101 || ++interim > MaxInterimResponses) return Bad(backend, "an interim response that was not asked for");
                    continue;
                }
                if (result == HeadResult.Malformed) return Bad(backend, connection.Head.Error);
                if (!connection.MakeRoom(UpstreamConnection.MaxHeadBytes)) return Bad(backend, "a head that is too long");
                int count = await connection.ReceiveAsync();
                if (count == 0) return await LostAsync(x, connection, holds || x.Body is null, upload);
                connection.Received(count);
            }
            headRead = true;
            if (holds) x.Body!.AdvanceTo(held.Buffer.End);
            holds = false;
            connection.SetDeadline(upload is null or { IsComplete: true } ? 0 : time.GetTimestamp() + Ticks(options.StallTimeout));

            var framing = ResponseCopy.WriteHead(x, connection.Head, backend);
            if (framing == BodyFraming.None)
            {
                reusable = !connection.Head.Close && connection.Head is not { Status: 204, Chunked: true } and not { Status: 204, ContentLength: > 0 };
            }
            else
            {
                string? broken = await ResponseCopy.CopyBodyAsync(x, connection, framing, options.StallTimeout, time);
                if (broken is not null)
                    return x.ClientGone || broken == Reasons.ClientGone ? Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone) : Outcome.Failed(502, broken);
                reusable = framing != BodyFraming.UntilClose && !connection.Head.Close;
            }
            if (upload is not null) reusable &= upload.IsComplete;
            return Outcome.Answered(connection.Head.Status);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException or InvalidDataException)
        {
            if (e is BadHttpRequestException bad) return Outcome.Failed(bad.StatusCode, Reasons.BadRequest);
            if (upload?.ClientFault is { } status) return Outcome.Failed(status, Reasons.BadRequest);
            if (x.ClientGone) return Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone);
            // Sockets throw SocketException: this is Kestrel's, of a body that it could not make sense of.
            if (e is IOException && !headRead) return Outcome.Failed(400, Reasons.BadRequest);
            if (connection is { TimedOut: true }) return Outcome.Failed(504, Reasons.Timeout);
            if (e is InvalidDataException) return Outcome.Failed(400, Reasons.BadRequest);
            if (headRead || connection is null) return Outcome.Failed(502, Reasons.ConnectionLost);
            // A first send that fails has sent nothing: the peer was gone before.
            if (!sent && connection.Reused) return Outcome.NotReached(Reasons.StaleConnection);
            return await LostAsync(x, connection, holds || x.Body is null, upload);
        }
        finally
        {
            endpoint.End();
            // Not consumed: the next attempt reads the same again.
            if (holds) x.Body!.AdvanceTo(held.Buffer.Start);
            if (connection is not null)
            {
                bool mine = x.Detach(connection);
                if (upload is not null && !upload.IsComplete) await upload.StopAsync();
                if (mine && reusable) endpoint.Pool.Return(connection);
                else endpoint.Pool.Discard(connection);
            }
        }
    }

    internal static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> data)
    {
        // A stream socket's SendAsync sends all, but nothing says so for ever.
        for (int sent = 0; sent < data.Length;) sent += await socket.SendAsync(data[sent..], SocketFlags.None);
    }

    // Out of descriptors or ports: the next endpoint would fare no better, and this one is not to blame.
    private static bool IsOwnFault(Exception e) => e is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.AddressNotAvailable or SocketError.NoBufferSpaceAvailable };

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private Outcome Bad(Backend backend, string what)
    {
        Log.BadResponse(logger, backend.Revision, what);
        return Outcome.Failed(502, Reasons.BadResponse);
    }

    // The server ended without a byte of answer. On a connection that has served before it may have been closing it while the request was on its way.
    private static async ValueTask<Outcome> LostAsync(Exchange x, UpstreamConnection connection, bool bodyIsHere, RequestUpload? upload)
    {
        // Only then is it certain what was sent.
        if (upload is not null) await upload.StopAsync();
        if (connection.TimedOut) return Outcome.Failed(504, Reasons.Timeout);
        if (x.ClientGone) return Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone);
        if (upload?.ClientFault is { } status) return Outcome.Failed(status, Reasons.BadRequest);
        bool again = connection is { Reused: true, Buffered.IsEmpty: true } && (bodyIsHere ? RequestHead.IsIdempotent(x.Request.Method) : upload is { SentNothing: true });
        return again ? Outcome.NotReached(Reasons.StaleConnection) : Outcome.Failed(502, Reasons.ConnectionLost);
    }
}
