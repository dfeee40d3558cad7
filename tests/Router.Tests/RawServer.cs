using System.Net;
using System.Net.Sockets;

namespace Canario.Router.Tests;

/// <summary>A model's server that does exactly what a test wants done on each connection.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private static readonly List<Socket> s_dead = [];
    private readonly TcpListener _listener;
    private readonly Func<RawConnection, int, Task> _serve;
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;
    private int _connections;

    public RawServer(Func<RawConnection, int, Task> serve, IPAddress? address = null)
    {
        _serve = serve;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers each request on a connection with the same bytes.</summary>
    public static RawServer Answering(string response, IPAddress? address = null) => new(
        async (c, _) =>
        {
            while ((await c.ReadMessageAsync()).Length > 0) await c.SendAsync(response);
        },
        address);

    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Bound and not listening: it refuses connections until a test lets it listen.</summary>
    public static Socket BindOnly()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>A port that refuses connections, now and until the process ends: it is bound, so nobody else can get it, and nobody listens.</summary>
    public static int DeadPort()
    {
        var socket = BindOnly();
        lock (s_dead) s_dead.Add(socket);
        return PortOf(socket);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        lock (_clients) _clients.ForEach(c => c.Dispose());
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            client.NoDelay = true;
            lock (_clients) _clients.Add(client);
            _ = ServeAsync(client, Interlocked.Increment(ref _connections) - 1);
        }
    }

    private async Task ServeAsync(TcpClient client, int index)
    {
        try
        {
            await _serve(new RawConnection(client), index);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }
}
