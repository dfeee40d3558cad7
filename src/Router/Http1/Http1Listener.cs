using System.Net;
using System.Net.Sockets;
using Canario.Router.Listening;

namespace Canario.Router.Http1;

/// <summary>A port of one model. It accepts on the thread pool: connections are kept alive, so this is no request's way.</summary>
internal sealed class Http1Listener : IDisposable
{
    private const int Backlog = 4096;
    private static readonly TimeSpan OutOfDescriptors = TimeSpan.FromMilliseconds(100);
    private readonly Socket _socket;
    private readonly Action<Socket> _accepted;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed = new();

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public Http1Listener(IPEndPoint address, Action<Socket> accepted, TimeProvider time)
    {
        _accepted = accepted;
        _time = time;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) _socket.DualMode = true;
            _socket.Bind(address);
            _socket.Listen(Backlog);
        }
        catch
        {
            Dispose();
            throw;
        }
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
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                _accepted(await _socket.AcceptAsync(_closed.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // A client that left again is nothing; without descriptors, asking again at once would be all that this does.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                    await Task.Delay(OutOfDescriptors, _time, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
