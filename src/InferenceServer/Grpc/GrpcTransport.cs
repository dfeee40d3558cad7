using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Canario.InferenceServer.Grpc;

/// <summary>
/// Kestrel's sockets for gRPC's port alone. Many calls share a connection there: their answers go out together if sending waits for its turn on the thread pool, one by one if each is sent at once,
/// which is best for HTTP/1.1. A call costs a sixth less so.
/// </summary>
internal sealed class GrpcTransport(IOptionsFactory<SocketTransportOptions> options, ILoggerFactory logs) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(Scheduled(options)), logs);

    /// <summary>Kestrel asks the factory that was registered last first: false where another took the port.</summary>
    public bool IsBound { get; private set; }

    /// <param name="address">Null: any.</param>
    /// <param name="port">0: any free one.</param>
    public static IPEndPoint EndPointOf(IPAddress? address, int port) => new GrpcEndPoint(address ?? (System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), port);

    public bool CanBind(EndPoint endpoint) => endpoint is GrpcEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        IConnectionListener listener = await _sockets.BindAsync(endpoint, cancellationToken);
        IsBound = true;
        return listener;
    }

    // All else is as for the other port, the memory too.
    private static SocketTransportOptions Scheduled(IOptionsFactory<SocketTransportOptions> options)
    {
        SocketTransportOptions own = options.Create(Options.DefaultName);
        own.UnsafePreferInlineScheduling = false;
        return own;
    }

    /// <summary>Known from another address by its type: ports may both be 0.</summary>
    private sealed class GrpcEndPoint(IPAddress address, int port) : IPEndPoint(address, port);
}
