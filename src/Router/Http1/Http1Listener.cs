using System.Net;
using System.Net.Sockets;
using Canario.Loops;

namespace Canario.Router.Http1;

/// <summary>A port of one model.</summary>
internal sealed class Http1Listener : IDisposable
{
    private readonly AcceptingSocket _socket;
    private readonly Action<Socket> _accepted;
    private readonly CancellationTokenSource _closed = new();

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public Http1Listener(IPEndPoint address, Action<Socket> accepted, TimeProvider time)
    {
        _accepted = accepted;
        _socket = new AcceptingSocket(address, time);
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _closed.Cancel();
        _socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        while (await _socket.AcceptAsync(_closed.Token) is { } accepted) _accepted(accepted);
    }
}
