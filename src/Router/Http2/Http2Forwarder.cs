using System.Net;
using System.Net.Sockets;
using Canario.Contract;
using Canario.Router.Fields;
using Canario.Router.Forwarding;
using Canario.Router.Routing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Canario.Router.Http2;

/// <summary>One attempt to have one endpoint answer one HTTP/2 request: gRPC, with its trailers and in both directions at once.</summary>
internal sealed class Http2Forwarder : IDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;

    public Http2Forwarder(UpstreamOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = options.IdleTimeout,
            // A pod that vanished without a word is noticed by silence.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
        });
    }

    public void Dispose() => _client.Dispose();

    public async ValueTask<Outcome> TryAsync(Http2Exchange x, Route route, Backend backend, Endpoint endpoint)
    {
        if (TargetOf(x, endpoint) is not { } target) return Outcome.Failed(400, Reasons.BadRequest);
        var aborted = x.Aborted;
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, limit.Token);
        var content = HasBody(x) ? new PipeContent(x.Body, x.Request.Headers.ContentLength) : null;
        using var request = Build(x, target, content);
        bool answered = false;
        endpoint.Begin();
        try
        {
            limit.CancelAfter(route.Timeout);
            using var response = await _client.SendAsync(request, either.Token);
            // The head is here: what follows may take its time.
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            answered = true;
            if (endpoint.IsEjected) endpoint.Readmit();
            WriteHead(x, response, backend);
            await CopyAsync(x, response, either.Token);
            return Outcome.Answered(GrpcStatus.CodeOf(response));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or SocketException)
        {
            if (aborted.IsCancellationRequested) return Outcome.Failed(Outcome.ClientGone, Reasons.ClientGone);
            if (limit.IsCancellationRequested) return Outcome.Failed(504, Reasons.Timeout);
            if (answered || content is { Started: true } || e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.HttpProtocolError } http)
                return Outcome.Failed(502, Reasons.ConnectionLost);
            if (http.HttpRequestError != HttpRequestError.ConnectionError) return Outcome.Failed(502, Reasons.BadResponse);
            endpoint.Eject();
            return Outcome.NotReached(Reasons.ConnectFailed);
        }
        finally
        {
            endpoint.End();
        }
    }

    private static bool HasBody(Http2Exchange x) => x.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    // As the client wrote it: "/a/../b" is the server's to understand.
    private static Uri? TargetOf(Http2Exchange x, Endpoint endpoint) =>
        Uri.TryCreate("http://" + endpoint.HostAndPort + x.Request.RawTarget, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var target)
            ? target
            : null;

    private static HttpRequestMessage Build(Http2Exchange x, Uri target, PipeContent? content)
    {
        var source = x.Request;
        var request = new HttpRequestMessage(new HttpMethod(source.Method), target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var (name, values) in source.Headers)
        {
            var kind = FieldNames.KindOf(name);
            if (!name.StartsWith(':') && (FieldNames.PassesToServer(kind) || kind == FieldKind.Te)) Add(request, name, values);
        }
        var host = source.Headers.Host;
        if (host.Count > 0) request.Headers.Host = host.ToString();
        var before = source.Headers[FieldNames.ForwardedFor];
        Add(request, FieldNames.ForwardedFor, before.Count == 0 ? x.RemoteAddress : before.ToString() + ", " + x.RemoteAddress);
        var proto = source.Headers[FieldNames.ForwardedProto];
        Add(request, FieldNames.ForwardedProto, proto.Count == 0 ? "http" : proto[0]);
        var original = source.Headers[FieldNames.ForwardedHost];
        Add(request, FieldNames.ForwardedHost, original.Count > 0 ? original[0] : host.ToString());
        Add(request, Headers.RequestId, x.RequestId);
        return request;
    }

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        IEnumerable<string?> all = values;
        if (!request.Headers.TryAddWithoutValidation(name, all)) request.Content?.Headers.TryAddWithoutValidation(name, all);
    }

    private static void WriteHead(Http2Exchange x, HttpResponseMessage response, Backend backend)
    {
        x.Response.StatusCode = (int)response.StatusCode;
        var headers = x.Response.Headers;
        foreach (var (name, values) in response.Headers.NonValidated) Set(headers, name, values);
        foreach (var (name, values) in response.Content.Headers.NonValidated) Set(headers, name, values);
        headers[Headers.Revision] = backend.RevisionHeader;
        headers[Headers.RequestId] = x.RequestId;
    }

    private static void Set(Microsoft.AspNetCore.Http.IHeaderDictionary headers, string name, System.Net.Http.Headers.HeaderStringValues values)
    {
        var kind = FieldNames.KindOf(name);
        if (FieldNames.PassesToClient(kind) || kind is FieldKind.Trailer or FieldKind.ContentLength) headers[name] = new StringValues([.. values]);
    }

    private static async Task CopyAsync(Http2Exchange x, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var writer = x.ResponseBody.Writer;
        await x.ResponseBody.StartAsync(cancellationToken);
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (true)
            {
                var reading = body.ReadAsync(buffer, cancellationToken);
                // Nothing more for now: the head and what was read must not wait for it.
                if (!reading.IsCompleted && (await writer.FlushAsync(cancellationToken)).IsCompleted) throw new OperationCanceledException("the client left");
                int count = await reading;
                if (count == 0) break;
                var flush = await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                if (flush.IsCompleted) throw new OperationCanceledException("the client left");
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
        if (response.TrailingHeaders.NonValidated.Count == 0 || x.Features.Get<IHttpResponseTrailersFeature>() is not { } trailers) return;
        foreach (var (name, values) in response.TrailingHeaders.NonValidated) trailers.Trailers[name] = new StringValues([.. values]);
    }
}
