using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Canario.InferenceServer.Grpc;

/// <summary>
/// Kestrel's sockets for gRPC's port alone. Many calls share a connection there: their answers go out together if sending waits for its turn on the thread pool, one by one if each is sent at once,
/// which is best for HTTP/1.1. A call costs a quarter less so.
/// </summary>
internal sealed class GrpcTransport(IOptionsFactory<SocketTransportOptions> options, ILoggerFactory logs) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(Scheduled(options)), logs);

    // All else is as for the other port, the memory too.
    internal static SocketTransportOptions Scheduled(IOptionsFactory<SocketTransportOptions> options)
    {
        SocketTransportOptions own = options.Create(Options.DefaultName);
        own.UnsafePreferInlineScheduling = false;
        return own;
    }

    /// <summary>Kestrel asks the factory that was registered last first: false where another took the port.</summary>
    public bool IsBound { get; private set; }

    /// <param name="address">Null: any.</param>
    /// <param name="port">0: any free one.</param>
    public static IPEndPoint EndPointOf(IPAddress? address, int port) => new GrpcEndPoint(address ?? IPAddress.IPv6Any, port);

    public bool CanBind(EndPoint endpoint) => endpoint is GrpcEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        IConnectionListener listener;
        try
        {
            listener = await _sockets.BindAsync(endpoint, cancellationToken);
        }
        catch (SocketException) when (endpoint is IPEndPoint any && any.Address.Equals(IPAddress.IPv6Any))
        {
            // A sandbox without IPv6, as Kestrel has it for the other port. A port that is taken is another exception.
            listener = await _sockets.BindAsync(new IPEndPoint(IPAddress.Any, any.Port), cancellationToken);
        }

        IsBound = true;
        return listener;
    }

    /// <summary>Known from another address by its type: ports may both be 0.</summary>
    private sealed class GrpcEndPoint(IPAddress address, int port) : IPEndPoint(address, port);
}
