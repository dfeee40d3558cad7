using Canario.Router.Forwarding;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Canario.Router.Http2;

/// <summary>What Kestrel hands its HTTP/2 requests to.</summary>
internal sealed class Http2Application(Dispatcher dispatcher, UpstreamOptions options, TimeProvider time) : IHttpApplication<Http2Exchange>, IDisposable
{
    private readonly Http2Forwarder _forwarder = new(options, time);

    public void Dispose() => _forwarder.Dispose();

    public Http2Exchange CreateContext(IFeatureCollection contextFeatures) => new(contextFeatures, _forwarder, time.GetTimestamp());

    public void DisposeContext(Http2Exchange context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(Http2Exchange context)
    {
        context.Begin();
        if (context.Listener?.Route is { } route)
        {
            // GOAWAY: requests under way are answered, and the client's next one takes another connection.
            if (route.Configuration.Leaving) context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            await dispatcher.RunAsync(context, route);
        }
        else await context.RefuseAsync(503, Reasons.NotConfigured, backend: null);
    }
}
