using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Canario.Loops.Transport;

/// <summary>A port as Kestrel wants one.</summary>
internal sealed class LoopListener(AcceptingSocket socket, EventLoop[] loops, MemoryPool<byte> pool, bool shared) : IConnectionListener
{
    private uint _next;

    public EndPoint EndPoint => socket.EndPoint;

    /// <returns>Null: it listens no more.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await socket.AcceptAsync(cancellationToken) is { } accepted)
        {
            try
            {
                // In turn, so that connections are spread evenly: left to the kernel, the loop that is awake takes most.
                return new LoopConnection(accepted, loops[_next++ % loops.Length], pool, shared);
            }
            catch (SocketException)
            {
                // It was gone before it was taken up.
                accepted.Dispose();
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
