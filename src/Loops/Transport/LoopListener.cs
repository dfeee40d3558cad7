using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Transport;

/// <summary>A port. It accepts on the thread pool: connections are kept alive, so this is no request's way.</summary>
internal sealed class LoopListener(Socket socket, EventLoop[] loops, MemoryPool<byte> pool, bool shared, TimeProvider time) : IConnectionListener
{
    private const int Backlog = 4096;
    private static readonly TimeSpan s_outOfDescriptors = TimeSpan.FromMilliseconds(100);
    private uint _next;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <exception cref="AddressInUseException">The port is taken.</exception>
    /// <exception cref="SocketException">The address is not this machine's.</exception>
    public static Socket Open(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(address);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(e.Message, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>Null: it listens no more.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                Socket accepted = await socket.AcceptAsync(cancellationToken);
                // In turn, so that connections are spread evenly: left to the kernel, the loop that is awake takes most.
                if (Take(accepted, loops[_next++ % loops.Length]) is { } connection) return connection;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e)
            {
                // A client that left again is nothing; without descriptors, asking again at once would be all that this does.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                    await Task.Delay(s_outOfDescriptors, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    // Null: it was gone before it was taken up.
    private LoopConnection? Take(Socket accepted, EventLoop loop)
    {
        try
        {
            accepted.NoDelay = true;
            accepted.Blocking = false;
            return new LoopConnection(accepted, loop, pool, shared);
        }
        catch (SocketException)
        {
            accepted.Dispose();
            return null;
        }
    }
}
