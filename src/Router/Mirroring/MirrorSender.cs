using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Http1;
using Canario.Router.Routing;

namespace Canario.Router.Mirroring;

/// <summary>Sends copies, on a loop and on connections that no user's request uses. The answers are compared on the thread pool: that takes time in which no socket is looked after.</summary>
internal sealed class MirrorSender(EventLoop loop, ILogger<MirrorSender> logger)
{
    private const int MaxAttempts = 3;
    private const int MaxInterimResponses = 8;

    private enum Attempt
    {
        /// <summary>It answered, wholly or not: what came of it is in the copy.</summary>
        Over,
        /// <summary>A connection that was kept turned out to be closed; nobody has seen the request.</summary>
        Stale,
        /// <summary>No fault of the revision's.</summary>
        NotSent,
    }

    /// <summary>From any thread.</summary>
    public void Send(MirrorCopy copy) => loop.Post(() => _ = SendAsync(copy));

    private async Task SendAsync(MirrorCopy copy)
    {
        var result = Attempt.Over;
        try
        {
            long deadline = loop.After(copy.Timeout);
            for (int i = 0; i < MaxAttempts; i++)
            {
                result = await TryAsync(copy, deadline, fresh: i > 0);
                if (result != Attempt.Stale) break;
            }
        }
        catch (Exception e)
        {
            Log.Unforeseen(logger, e, copy.Mirror.Backend.Revision);
            result = Attempt.NotSent;
        }
        if (result == Attempt.NotSent) copy.Drop(DropReasons.NotSent);
        else ThreadPool.UnsafeQueueUserWorkItem(Compare, (copy, logger), preferLocal: false);
    }

    private static void Compare((MirrorCopy Copy, ILogger<MirrorSender> Logger) job)
    {
        try
        {
            job.Copy.Compare();
        }
        catch (Exception e)
        {
            Log.Unforeseen(job.Logger, e, job.Copy.Mirror.Backend.Revision);
        }
    }

    private async ValueTask<Attempt> TryAsync(MirrorCopy copy, long deadline, bool fresh)
    {
        var service = copy.Mirror.Backend.Service;
        // None ready: not refused, but not to be asked either. The operator sees that for itself, and ends the copies.
        if (service.Http.Pick() is not { } endpoint) return service.Http.Count > 0 ? Attempt.Over : Attempt.NotSent;
        var pool = endpoint.PoolOf(loop);
        var connection = fresh ? null : pool.Rent();
        bool reusable = false;
        endpoint.Begin();
        try
        {
            if (connection is null)
            {
                (connection, bool isOwnFault) = await pool.ConnectAsync();
                if (connection is null)
                {
                    if (isOwnFault) return Attempt.NotSent;
                    endpoint.Eject();
                    return Attempt.Over;
                }
                if (endpoint.IsEjected) endpoint.Readmit();
            }
            bool sent = await connection.Socket.SendAsync(copy.Request, deadline);
            if (!sent || !await ReadHeadAsync(copy, connection, deadline))
                return connection is { Reused: true, Input.IsEmpty: true, Socket.TimedOut: false } && copy.Candidate.Status == 0 ? Attempt.Stale : Attempt.Over;
            reusable = await ReadBodyAsync(copy, connection, deadline);
            return Attempt.Over;
        }
        finally
        {
            if (reusable) pool.Return(connection!);
            else if (connection is not null) UpstreamPool.Discard(connection);
            endpoint.End();
        }
    }

    private static async ValueTask<bool> ReadHeadAsync(MirrorCopy copy, UpstreamConnection connection, long deadline)
    {
        for (int interim = 0; interim <= MaxInterimResponses;)
        {
            var result = connection.Head.Parse(connection.Input.Data, out int headLength);
            if (result == HeadResult.Malformed) return false;
            if (result == HeadResult.Done)
            {
                if (connection.Head.Status >= 200)
                {
                    copy.Candidate.Begin(connection.Head, connection.Input.Data);
                    connection.Input.Consume(headLength);
                    return true;
                }
                connection.Input.Consume(headLength);
                interim++;
                continue;
            }
            if (!connection.Input.MakeRoom(UpstreamConnection.MaxHeadBytes) || await connection.Socket.ReceiveAsync(connection.Input, deadline) == 0) return false;
        }
        return false;
    }

    // Whether the connection stands at the beginning of the next answer. An answer that breaks off has failed, whatever its head said.
    private async ValueTask<bool> ReadBodyAsync(MirrorCopy copy, UpstreamConnection connection, long deadline)
    {
        var head = connection.Head;
        if (head.Status is 204 or 304) return !head.Close && !head.Chunked && head.ContentLength is null or 0;
        var framing = head.Chunked ? BodyFraming.Chunked : head.ContentLength is null ? BodyFraming.UntilClose : head.ContentLength == 0 ? BodyFraming.None : BodyFraming.Length;
        if (framing == BodyFraming.None) return !head.Close;
        var body = new BodyReader(framing, head.ContentLength ?? 0);
        var scratch = new OutputBuffer(loop);
        try
        {
            while (copy.Candidate.IsWhole)
            {
                if (!connection.Input.IsEmpty)
                {
                    var part = body.Take(connection.Input, scratch);
                    copy.Candidate.Keep(scratch.Memory.Span);
                    scratch.Clear();
                    if (part == BodyPart.Malformed) break;
                    if (part == BodyPart.Last) return !head.Close;
                }
                if (!connection.Input.MakeRoom(UpstreamConnection.MaxHeadBytes)) break;
                if (await connection.Socket.ReceiveAsync(connection.Input, deadline) > 0) continue;
                if (framing == BodyFraming.UntilClose && !connection.Socket.IsBroken) return false;
                break;
            }
        }
        finally
        {
            scratch.Clear();
        }
        if (copy.Candidate.IsWhole) copy.Candidate.Fail();
        return false;
    }
}
