using System.Net;
using System.Net.Sockets;
using System.Text;
using Canario.Loops;
using Canario.Router.Listening;

namespace Canario.Router.Http1;

/// <summary>The clients' connections of one loop. Used on its thread only, but for <see cref="Accept"/>, <see cref="Stop"/> and <see cref="Abort"/>.</summary>
internal sealed class ClientLoop(EventLoop loop, Http1Server server, TimeProvider time)
{
    private readonly HashSet<ClientConnection> _connections = [];
    private bool _stopping;

    public EventLoop Loop => loop;

    public Http1Server Server => server;

    public TimeProvider Time => time;

    public DateField Date { get; } = new(time);

    public void Accept(Socket socket, ModelListener listener) => loop.Post(() => _ = ServeAsync(socket, listener));

    /// <summary>Connections end with the request under way.</summary>
    public void Stop() => loop.Post(() =>
    {
        _stopping = true;
        foreach (var connection in _connections) connection.Stop();
    });

    public void Abort() => loop.Post(() =>
    {
        foreach (var connection in _connections.ToArray()) connection.Abort();
    });

    private async Task ServeAsync(Socket socket, ModelListener listener)
    {
        try
        {
            byte[] remote = RemoteAddressOf(socket);
            var connection = new ClientConnection(this, new LoopSocket(loop, socket), listener, remote);
            if (_stopping) connection.Stop();
            _connections.Add(connection);
            await connection.RunAsync();
            _connections.Remove(connection);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // It was gone before it was taken up, or cannot be.
            socket.Dispose();
        }
        finally
        {
            server.Leave();
        }
    }

    private static byte[] RemoteAddressOf(Socket socket)
    {
        if (socket.RemoteEndPoint is not IPEndPoint { Address: var ip }) return "unknown"u8.ToArray();
        return Encoding.ASCII.GetBytes((ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString());
    }
}
