using System.Runtime.CompilerServices;
using Canario.Router.Forwarding;
using Canario.Router.Routing;

namespace Canario.Router.Http1;

/// <summary>One attempt to have one endpoint answer one HTTP/1.1 request.</summary>
internal sealed class Http1Forwarder(UpstreamOptions options, ILogger<Http1Forwarder> logger)
{
    private const int MaxInterimResponses = 8;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> TryAsync(Http1Exchange x, Route route, Backend backend, Endpoint endpoint, bool fresh)
    {
        if (x.ClientGone) return Gone;
        if (x.Body.IsTooLarge) return Outcome.Failed(413, Reasons.BadRequest);
        var pool = endpoint.PoolOf(x.Loop);
        var connection = fresh ? null : pool.Rent();
        RequestUpload? upload = null;
        bool reusable = false;
        endpoint.Begin();
        try
        {
            connection ??= await ConnectAsync(pool, endpoint);
            if (connection is null) return Outcome.NotReached(Reasons.ConnectFailed);
            if (!x.Attach(connection)) return Gone;
            RequestWriter.Write(x.Output, x, endpoint.HostAndPortBytes);
            bool whole = x.Body.TryAppendWhole(x.Output);
            bool sent = await connection.Socket.SendAsync(x.Output.Memory, x.Loop.After(whole ? route.Timeout : options.StallTimeout));
            x.Output.Clear();
            // A first send that fails has sent nothing: the peer was gone before.
            if (!sent) return await LostAsync(x, connection, whole, upload, sentNothing: true);
            if (!whole)
            {
                if (!await x.Body.InviteAsync()) return Gone;
                upload = new RequestUpload(connection, x, route.Timeout, options.StallTimeout);
                upload.Start();
            }
            var headed = await ReadHeadAsync(x, route, backend, connection, upload);
            if (headed.Reason is not null) return headed;
            string? broken = await ResponseCopy.RunAsync(x, connection, backend, options.StallTimeout, uploading: upload is { IsComplete: false });
            if (broken is not null) return x.ClientGone ? Gone : Outcome.Failed(connection.Socket.TimedOut ? 504 : 502, broken);
            reusable = ResponseCopy.LeavesInStep(x, connection.Head) && upload is null or { IsComplete: true };
            return headed;
        }
        finally
        {
            x.Output.Clear();
            x.Detach();
            if (upload is not null) await upload.StopAsync();
            if (reusable) pool.Return(connection!);
            else if (connection is not null) UpstreamPool.Discard(connection);
            endpoint.End();
        }
    }

    private static async ValueTask<UpstreamConnection?> ConnectAsync(UpstreamPool pool, Endpoint endpoint)
    {
        var (connection, isOwnFault) = await pool.ConnectAsync();
        if (connection is null && !isOwnFault) endpoint.Eject();
        else if (connection is not null && endpoint.IsEjected) endpoint.Readmit();
        return connection;
    }

    // Until the final answer's head is parsed, and still in the buffer.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ReadHeadAsync(Http1Exchange x, Route route, Backend backend, UpstreamConnection connection, RequestUpload? upload)
    {
        long deadline = upload is null ? x.Loop.After(route.Timeout) : 0;
        int interim = 0;
        while (true)
        {
            var result = connection.Head.Parse(connection.Input.Data, out int headLength);
            if (result == HeadResult.Malformed) return Bad(backend, connection.Head.Error);
            if (result == HeadResult.Done)
            {
                if (connection.Head.Status >= 200) return Outcome.Answered(connection.Head.Status);
                if (connection.Head.Status == 101 || ++interim > MaxInterimResponses) return Bad(backend, "an interim response that was not asked for");
                connection.Input.Consume(headLength);
                continue;
            }
            if (!connection.Input.MakeRoom(UpstreamConnection.MaxHeadBytes)) return Bad(backend, "a head that is too long");
            // While the request's body is under way, silence is the client's to explain.
            if (deadline == 0 && upload is { IsComplete: true }) deadline = x.Loop.After(route.Timeout);
            if (await connection.Socket.ReceiveAsync(connection.Input, deadline) == 0) return await LostAsync(x, connection, upload is null, upload, sentNothing: false);
        }
    }

    private static Outcome Gone => Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone);

    private Outcome Bad(Backend backend, string what)
    {
        Log.BadResponse(logger, backend.Revision, what);
        return Outcome.Failed(502, Reasons.BadResponse);
    }

    // The server ended without a whole head of an answer. On a connection that has served before it may have been closing it while the request was on its way. Otherwise it died, perhaps of
    // this request: what may be sent twice is, but not to a third.
    private static async ValueTask<Outcome> LostAsync(Http1Exchange x, UpstreamConnection connection, bool wholeBody, RequestUpload? upload, bool sentNothing)
    {
        // Only then is it certain what was sent.
        if (upload is not null) await upload.StopAsync();
        if (x.ClientGone || upload is { ClientFault: Outcome.ClientGone }) return Gone;
        if (upload?.ClientFault is { } status) return Outcome.Failed(status, Reasons.BadRequest);
        if (connection.Socket.TimedOut) return Outcome.Failed(504, Reasons.Timeout);
        bool unseen = sentNothing || upload is { SentNothing: true };
        bool harmless = sentNothing || (wholeBody && x.Head.IsIdempotent);
        bool again = connection.Input.IsEmpty && ((unseen && connection.Reused) || (harmless && x.TryLose()));
        return !again ? Outcome.Failed(502, Reasons.ConnectionLost) : Outcome.NotReached(connection.Reused ? Reasons.StaleConnection : Reasons.ConnectionLost);
    }
}
