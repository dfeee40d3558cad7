using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Canario.Loops.Transport;

/// <summary>
/// Kestrel's sockets on event loops, one a core. What a request's bytes wake is the request itself, on the thread that saw them come; between the socket and Kestrel lie no pipe, no queue and no second
/// thread. Long work has to leave that thread by itself, since it serves other connections too.
/// </summary>
/// <param name="pools">Of the blocks that are received into and sent from.</param>
/// <param name="time">See <see cref="EventLoop"/>.</param>
/// <param name="logger">See <see cref="EventLoop"/>.</param>
public sealed class LoopTransport(IMemoryPoolFactory<byte> pools, TimeProvider time, ILogger<LoopTransport> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private readonly EventLoop[] _loops = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(index => new EventLoop(index, time, logger))];

    /// <summary>Whether it listens: Kestrel asks the factory that was registered last first.</summary>
    public bool IsBound { get; private set; }

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">The port is taken.</exception>
    /// <exception cref="SocketException">The address is not this machine's.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var address = (IPEndPoint)endpoint;
        AcceptingSocket socket;
        try
        {
            socket = Open(address);
        }
        catch (SocketException) when (address.Address.Equals(IPAddress.IPv6Any))
        {
            // A sandbox without IPv6. A port that is taken is another exception.
            socket = Open(new IPEndPoint(IPAddress.Any, address.Port));
        }

        IsBound = true;
        return ValueTask.FromResult<IConnectionListener>(new LoopListener(socket, _loops, pools.Create(), endpoint is SharedEndPoint));
    }

    /// <summary>After its listeners; connections that are left are closed.</summary>
    public void Dispose()
    {
        foreach (EventLoop loop in _loops) loop.Dispose();
    }

    private AcceptingSocket Open(IPEndPoint address)
    {
        try
        {
            return new AcceptingSocket(address, time);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }
    }
}
