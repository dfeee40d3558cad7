using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Canario.Contract;
using Canario.Router.Routing;
using Canario.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Canario.Router.Forwarding;

/// <summary>
/// Takes each request to a revision and back. When none of the chosen revision's endpoints can be reached, the request was seen by no server, so another revision that
/// has weight answers it: no user fails because a candidate cannot start. The revision that was chosen still counts a 502: its gate must see what its users would
/// have seen. Once a server may have seen the request, its outcome is the client's.
/// </summary>
internal sealed class ForwardingApplication(RouterOptions options, TimeProvider time, ILogger<ForwardingApplication> logger)
    : IHttpApplication<Exchange>, IDisposable
{
    // Other endpoints of the same revision, before it counts as unreachable.
    private const int MaxEndpoints = 3;
    // A configuration and the endpoints that it relies on come by two watches: the one may be seen a little before the other, which is no fault of the revision.
    private static readonly TimeSpan EndpointsLag = TimeSpan.FromSeconds(2);
    private readonly Http1Forwarder _http1 = new(options.Upstream, time, logger);
    private readonly Http2Forwarder _http2 = new(options.Upstream, time);
    private volatile bool _closing;

    /// <summary>From now on every answer asks its client to connect anew, elsewhere.</summary>
    public void CloseConnections() => _closing = true;

    public void Dispose() => _http2.Dispose();

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange x;
        if (contextFeatures is IHostContextContainer<Exchange> container) x = container.HostContext ??= new Exchange(contextFeatures);
        else x = new Exchange(contextFeatures);
        x.Begin(contextFeatures, time.GetTimestamp());
        return x;
    }

    public void DisposeContext(Exchange context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(Exchange context)
    {
        var x = context;
        bool http2 = x.Request.Protocol == "HTTP/2";
        var headers = x.Request.Headers;
        // A gRPC client may keep a stream open and say nothing for minutes; whether it is there is asked by pings.
        if (http2 && x.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        if (_closing && !http2) x.Response.Headers.Connection = "close";
        x.RequestId = RequestIds.Accept(headers[Headers.RequestId]);
        if (x.Listener?.Route is not { } route) return RefuseAsync(x, 503, Reasons.NotConfigured, close: true);
        if (!http2 && RequestHead.Check(x.Request) is not null) return RefuseAsync(x, 400, Reasons.BadRequest, close: true);
        x.BodyIsChunked = headers.TransferEncoding.Count > 0;
        if (http2 || x.BodyIsChunked || headers.ContentLength > 0) x.Body = x.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        return ForwardAsync(x, route, http2);
    }

    private async Task ForwardAsync(Exchange x, Route route, bool http2)
    {
        int chosen = route.Split.Choose(x.Request.Headers, Random.Shared.Next(100));
        int served = chosen;
        Outcome outcome;
        try
        {
            outcome = await TryAsync(x, route, route.Backends[chosen], http2);
            if (outcome.Unreached) (outcome, served) = await TryOthersAsync(x, route, chosen, outcome, http2);
        }
        catch (Exception e)
        {
            Log.Unforeseen(logger, e, route.Configuration.Model);
            outcome = Outcome.Failed(500, Reasons.BadResponse);
        }
        var backend = route.Backends[served];
        if (outcome.Reason is { } reason)
        {
            // Its head is with the client: only breaking the connection tells that the body is not whole.
            if (x.Response.HasStarted) x.AbortClient();
            else if (!x.ClientGone) await RefuseAsync(x, outcome.Code, reason, close: reason == Reasons.BadRequest, backend);
        }
        var duration = time.GetElapsedTime(x.Started);
        backend.Metrics.Count(outcome.Code, duration);
        if (options.AccessLog)
        {
            Log.Access(
                logger, x.Request.Method, x.Request.RawTarget, route.Configuration.Model, outcome.Code, outcome.Reason ?? "", duration.TotalMilliseconds,
                backend.Revision, x.RequestId);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> TryAsync(Exchange x, Route route, Backend backend, bool http2)
    {
        var endpoints = http2 ? backend.Service.Grpc : backend.Service.Http;
        var outcome = Outcome.NotReached(endpoints.Count == 0 ? Reasons.NoEndpoint : Reasons.ConnectFailed);
        int attempts = 0;
        while (attempts++ < MaxEndpoints && endpoints.Pick() is { } endpoint)
        {
            bool fresh = outcome.Reason == Reasons.StaleConnection;
            outcome = http2 ? await _http2.TryAsync(x, route, backend, endpoint) : await _http1.TryAsync(x, route, backend, endpoint, fresh);
            if (outcome.Reason is { } reason) backend.Metrics.CountFailure(reason);
            if (!outcome.Unreached) return outcome;
        }
        if (attempts == 1 && !IsYetToBeSeen(route, backend)) backend.Metrics.CountFailure(outcome.Reason!);
        return outcome;
    }

    private bool IsYetToBeSeen(Route route, Backend backend) => !backend.Service.WasReady && time.GetElapsedTime(route.Since) < EndpointsLag;

    private async ValueTask<(Outcome Outcome, int Served)> TryOthersAsync(Exchange x, Route route, int chosen, Outcome first, bool http2)
    {
        int tried = 1 << chosen;
        for (int next; (next = route.Split.NextAfter(tried)) >= 0; tried |= 1 << next)
        {
            var outcome = await TryAsync(x, route, route.Backends[next], http2);
            if (outcome.Unreached) continue;
            if (!IsYetToBeSeen(route, route.Backends[chosen])) route.Backends[chosen].Metrics.Count(502);
            return (outcome, next);
        }
        // All are thought dead. One that came back since its last probe is better than refusing.
        for (int left = tried; left != 0; left &= left - 1)
        {
            int i = BitOperations.TrailingZeroCount(left);
            var endpoints = http2 ? route.Backends[i].Service.Grpc : route.Backends[i].Service.Http;
            if (endpoints.PickEjected() is not { } endpoint) continue;
            var backend = route.Backends[i];
            var outcome = http2 ? await _http2.TryAsync(x, route, backend, endpoint) : await _http1.TryAsync(x, route, backend, endpoint, fresh: true);
            if (outcome.Reason is { } reason) backend.Metrics.CountFailure(reason);
            if (outcome.Unreached) continue;
            if (i != chosen) route.Backends[chosen].Metrics.Count(502);
            return (outcome, i);
        }
        return (Outcome.Failed(first.Reason == Reasons.NoEndpoint ? 503 : 502, first.Reason!), chosen);
    }

    private static async Task RefuseAsync(Exchange x, int code, string reason, bool close, Backend? backend = null)
    {
        var response = x.Response;
        response.StatusCode = code;
        var headers = response.Headers;
        headers.Clear();
        headers[Headers.RouterError] = reason;
        headers[Headers.RequestId] = x.RequestId;
        if (backend is not null) headers[Headers.Revision] = backend.RevisionHeader;
        if (close && x.Request.Protocol != "HTTP/2") headers.Connection = "close";
        headers.ContentType = "application/json";
        byte[] body = Encoding.ASCII.GetBytes($"{{\"error\":\"{reason}\",\"request_id\":\"{x.RequestId}\"}}\n");
        headers.ContentLength = body.Length;
        if (x.Request.Method != "HEAD") await x.ResponseBody.Writer.WriteAsync(body);
    }
}
