using System.IO.Pipelines;
using System.Net;
using System.Text;
using Canario.Contract;
using Canario.Router.Forwarding;
using Canario.Router.Listening;
using Canario.Router.Mirroring;
using Canario.Router.Routing;
using Canario.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Canario.Router.Http2;

/// <summary>An HTTP/2 request under way. One a stream.</summary>
internal sealed class Http2Exchange(IFeatureCollection features, Http2Forwarder forwarder, long started) : IExchange, IRequestFields
{
    private string? _remoteAddress;

    public ModelListener? Listener => features.Get<ModelListener>();

    public string RemoteAddress => _remoteAddress ??= features.Get<IHttpConnectionFeature>()?.RemoteIpAddress is { } ip ? Text(ip) : "unknown";

    public IFeatureCollection Features => features;

    public IHttpRequestFeature Request { get; } = features.GetRequiredFeature<IHttpRequestFeature>();

    public IHttpResponseFeature Response { get; } = features.GetRequiredFeature<IHttpResponseFeature>();

    public IHttpResponseBodyFeature ResponseBody { get; } = features.GetRequiredFeature<IHttpResponseBodyFeature>();

    public PipeReader Body => features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    public CancellationToken Aborted => features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;

    public string RequestId { get; private set; } = "";

    public long Started => started;

    public IRequestFields Fields => this;

    /// <summary>A stream in both directions is not sent again.</summary>
    public bool WasLost => false;

    string IExchange.Method => Request.Method;

    string IExchange.Target => Request.RawTarget;

    public void Begin()
    {
        // A gRPC client may keep a stream open and say nothing for minutes; whether it is there is asked by pings.
        if (features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        RequestId = RequestIds.Accept(Request.Headers[Headers.RequestId]);
    }

    public int Count(string name) => Request.Headers[name].Count;

    public string? First(string name) => Request.Headers[name] is { Count: > 0 } values ? values[0] : null;

    public EndpointSet EndpointsOf(Service service) => service.Grpc;

    public ValueTask<Outcome> TryAsync(Route route, Backend backend, Endpoint endpoint, bool fresh) => forwarder.TryAsync(this, route, backend, endpoint);

    /// <summary>A stream in both directions at once has no moment at which it could be copied whole; unary calls are not told from them before they are over.</summary>
    public void BeginCopy(Mirror mirror)
    {
        if (MirroredRequests.Include(Request.Method, Request.Path)) mirror.Metrics.CountDropped(DropReasons.Http2);
    }

    public void EndCopy(Route route, Backend served, Outcome outcome)
    {
    }

    public async ValueTask FailAsync(Outcome outcome, Backend backend)
    {
        if (Response.HasStarted) features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
        else if (!Aborted.IsCancellationRequested) await RefuseAsync(outcome.Code, outcome.Reason!, backend);
    }

    /// <summary>Answers for a server that did not.</summary>
    /// <param name="backend">null: none was chosen.</param>
    public async ValueTask RefuseAsync(int code, string reason, Backend? backend)
    {
        Response.StatusCode = code;
        var headers = Response.Headers;
        headers.Clear();
        headers[Headers.RouterError] = reason;
        headers[Headers.RequestId] = RequestId;
        if (backend is not null) headers[Headers.Revision] = backend.RevisionHeader;
        headers.ContentType = "application/json";
        byte[] body = Encoding.ASCII.GetBytes($"{{\"error\":\"{reason}\",\"request_id\":\"{RequestId}\"}}\n");
        headers.ContentLength = body.Length;
        if (Request.Method != "HEAD") await ResponseBody.Writer.WriteAsync(body);
    }

    private static string Text(IPAddress ip) => (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString();
}
