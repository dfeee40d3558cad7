using System.IO.Pipelines;
using System.Net;
using Canario.Router.Listening;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Canario.Router.Forwarding;

/// <summary>A request under way. One an HTTP/1.1 connection or HTTP/2 stream, used again for the next request.</summary>
internal sealed class Exchange
{
    private UpstreamConnection? _upstream;
    private int _clientGone;

    public Exchange(IFeatureCollection features)
    {
        Listener = features.Get<ModelListener>();
        var connection = features.Get<IHttpConnectionFeature>();
        RemoteAddress = connection?.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : "unknown";
        // Once a connection, not once a request: a token of a request's own would be made anew each time. HTTP/2 has a context for each stream that was not ended well,
        // and would keep them all as long as the connection; its requests have tokens anyway.
        if (features.Get<IHttpRequestFeature>()?.Protocol == "HTTP/2") return;
        features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed.UnsafeRegister(static x => ((Exchange)x!).AbortUpstream(), this);
    }

    public ModelListener? Listener { get; }

    public string RemoteAddress { get; }

    public IFeatureCollection Features { get; private set; } = null!;

    public IHttpRequestFeature Request { get; private set; } = null!;

    public IHttpResponseFeature Response { get; private set; } = null!;

    public IHttpResponseBodyFeature ResponseBody { get; private set; } = null!;

    public PipeReader? Body { get; set; }

    public bool BodyIsChunked { get; set; }

    public string RequestId { get; set; } = "";

    public long Started { get; set; }

    public bool ClientGone => Volatile.Read(ref _clientGone) != 0;

    public void Begin(IFeatureCollection features, long now)
    {
        Features = features;
        Request = features.GetRequiredFeature<IHttpRequestFeature>();
        Response = features.GetRequiredFeature<IHttpResponseFeature>();
        ResponseBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        Body = null;
        BodyIsChunked = false;
        Started = now;
    }

    /// <summary>From now on a client that leaves takes the connection down.</summary>
    /// <returns>False: it left already.</returns>
    public bool Attach(UpstreamConnection connection)
    {
        Volatile.Write(ref _upstream, connection);
        return !ClientGone;
    }

    /// <returns>False: the client left meanwhile and the connection is spoiled.</returns>
    public bool Detach(UpstreamConnection connection) => Interlocked.CompareExchange(ref _upstream, null, connection) == connection;

    public void AbortClient() => Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();

    private void AbortUpstream()
    {
        Volatile.Write(ref _clientGone, 1);
        Interlocked.Exchange(ref _upstream, null)?.Abort();
    }
}
