using System.Net;
using System.Net.Sockets;

namespace Canario.Loops;

/// <summary>A port. It accepts on the thread pool: connections are kept alive, so this is no request's way.</summary>
public sealed class AcceptingSocket : IDisposable
{
    private const int Backlog = 4096;
    private static readonly TimeSpan s_outOfDescriptors = TimeSpan.FromMilliseconds(100);
    private readonly Socket _socket;
    private readonly TimeProvider _time;

    /// <param name="address">Any of IPv6 is any of IPv4 too.</param>
    /// <param name="time">Of pauses.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public AcceptingSocket(IPEndPoint address, TimeProvider time)
    {
        _time = time;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) _socket.DualMode = true;
            _socket.Bind(address);
            _socket.Listen(Backlog);
            EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>With the port that it got.</summary>
    public IPEndPoint EndPoint { get; }

    /// <returns>The next connection, not blocking; null: it listens no more.</returns>
    public async ValueTask<Socket?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await _socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = true;
                accepted.Blocking = false;
                return accepted;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e)
            {
                accepted?.Dispose();
                // A client that left again is nothing; without descriptors, asking again at once would be all that this does.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                    await Task.Delay(s_outOfDescriptors, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
