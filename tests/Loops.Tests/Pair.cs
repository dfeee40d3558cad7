using System.Net;
using System.Net.Sockets;
using Canario.Loops.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Loops.Tests;

/// <summary>A connection from both ends: the client's socket, and what Kestrel would be given.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly LoopTransport _transport;
    private readonly IConnectionListener _listener;

    private Pair(SharedPool pool, LoopTransport transport, IConnectionListener listener, Socket client, ConnectionContext server)
    {
        Pool = pool;
        _transport = transport;
        _listener = listener;
        Client = client;
        Server = server;
    }

    public SharedPool Pool { get; }

    public Socket Client { get; }

    public ConnectionContext Server { get; }

    /// <summary>So long may what should come take.</summary>
    public static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public static LoopTransport NewTransport(SharedPool? pool = null) => new(pool ?? new SharedPool(), TimeProvider.System, NullLogger<LoopTransport>.Instance);

    /// <param name="shared">See <see cref="SharedEndPoint"/>.</param>
    /// <param name="clientBuffer">Bytes that the client's kernel takes before it is read there; 0: as many as it likes.</param>
    public static async Task<Pair> ConnectAsync(bool shared = false, int clientBuffer = 0)
    {
        var pool = new SharedPool();
        LoopTransport transport = NewTransport(pool);
        IConnectionListener listener = await transport.BindAsync(shared ? new SharedEndPoint(IPAddress.Loopback, 0) : new IPEndPoint(IPAddress.Loopback, 0));
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (clientBuffer > 0) client.ReceiveBufferSize = clientBuffer;
        await client.ConnectAsync(listener.EndPoint);
        return new Pair(pool, transport, listener, client, (await listener.AcceptAsync(Soon()))!);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await _listener.DisposeAsync();
        _transport.Dispose();
    }
}
