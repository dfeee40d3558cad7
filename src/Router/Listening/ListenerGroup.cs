using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Canario.Router.Listening;

/// <summary>
/// One listener to Kestrel, many sockets to the world, added and removed while it runs. So one server, with one timer thread, serves all models; a server a model
/// would be a thread a model, and Kestrel's own reloading does not say when, or whether, a port is bound.
/// </summary>
internal sealed class ListenerGroup(EndPoint endPoint, IConnectionListenerFactory sockets) : IConnectionListener
{
    // Accepted and not yet taken: Kestrel takes them at once, so this is slack, not a queue.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (IConnectionListener Listener, Task Accepting)> _listeners = [];
    private bool _closed;

    public EndPoint EndPoint => endPoint;

    /// <returns>The port.</returns>
    /// <exception cref="AddressInUseException">The port is in use.</exception>
    public async Task<int> BindAsync(IPEndPoint address, ModelListener model)
    {
        var listener = await sockets.BindAsync(address);
        int port = ((IPEndPoint)listener.EndPoint).Port;
        lock (_gate)
        {
            if (!_closed)
            {
                _listeners.Add(port, (listener, AcceptAllAsync(listener, model)));
                return port;
            }
        }
        await listener.DisposeAsync();
        return port;
    }

    /// <summary>No new connection comes from the port; those it brought live on.</summary>
    public async Task UnbindAsync(int port)
    {
        (IConnectionListener Listener, Task Accepting) found;
        lock (_gate)
        {
            if (!_listeners.Remove(port, out found)) return;
        }
        await CloseAsync(found);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection)) return connection;
        }
        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        (IConnectionListener, Task)[] all;
        lock (_gate)
        {
            _closed = true;
            all = [.. _listeners.Values];
            _listeners.Clear();
        }
        foreach (var one in all) await CloseAsync(one);
        _accepted.Writer.TryComplete();
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private static async Task CloseAsync((IConnectionListener Listener, Task Accepting) one)
    {
        await one.Listener.UnbindAsync();
        await one.Accepting;
        await one.Listener.DisposeAsync();
    }

    private async Task AcceptAllAsync(IConnectionListener listener, ModelListener model)
    {
        await Task.Yield();
        while (await listener.AcceptAsync() is { } connection)
        {
            connection.Features.Set(model);
            try
            {
                await _accepted.Writer.WriteAsync(connection);
            }
            catch (ChannelClosedException)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
