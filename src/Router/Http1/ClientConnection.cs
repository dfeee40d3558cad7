using System.Runtime.CompilerServices;
using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Listening;

namespace Canario.Router.Http1;

/// <summary>A client's connection: one request after the other.</summary>
internal sealed class ClientConnection
{
    private const int MaxLingerBytes = 1024 * 1024;
    private readonly ClientLoop _home;
    private readonly ModelListener _listener;
    private readonly LoopSocket _socket;
    private readonly ReceiveBuffer _input;
    private readonly Http1Exchange _exchange;
    private bool _idle;
    private bool _stopping;

    public ClientConnection(ClientLoop home, LoopSocket socket, ModelListener listener, byte[] remoteAddress)
    {
        _home = home;
        _socket = socket;
        _listener = listener;
        _input = new ReceiveBuffer(home.Loop);
        _exchange = new Http1Exchange(home, socket, _input, remoteAddress);
        socket.Watcher = _exchange;
    }

    private ClientOptions Options => _home.Server.Options.Client;

    public async Task RunAsync()
    {
        try
        {
            while (await ReadHeadAsync() && await AnswerAsync())
            {
            }
            if (!_socket.HasHungUp) await LingerAsync();
        }
        catch (Exception e)
        {
            Log.Unforeseen(_home.Server.Logger, e, _listener.Model);
        }
        finally
        {
            _socket.Dispose();
            _input.Release();
            _exchange.Output.Clear();
        }
    }

    /// <summary>Ends when the request under way is answered; at once, when there is none.</summary>
    public void Stop()
    {
        _stopping = true;
        _exchange.CloseAfter();
        if (_idle) _socket.CancelReceive();
    }

    public void Abort()
    {
        _exchange.GiveUp();
        _socket.Dispose();
    }

    // False: there is no next request.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadHeadAsync()
    {
        if (_input.IsEmpty)
        {
            if (_stopping) return false;
            _idle = true;
            int count = await _socket.ReceiveAsync(_input, _home.Loop.After(Options.IdleTimeout));
            _idle = false;
            if (count == 0) return false;
        }
        long deadline = 0;
        while (true)
        {
            var result = _exchange.Head.Parse(_input.Data, out int consumed);
            if (result == HeadResult.Done)
            {
                _input.Consume(consumed);
                return true;
            }
            if (result == HeadResult.Malformed) return await RefuseAsync(_exchange.Head.ErrorStatus);
            if (!_input.MakeRoom(RequestHead.MaxBytes)) return await RefuseAsync(431);
            if (deadline == 0) deadline = _home.Loop.After(Options.HeadTimeout);
            if (await _socket.ReceiveAsync(_input, deadline) > 0) continue;
            return _socket.TimedOut && await RefuseAsync(408);
        }
    }

    // False: the connection ends here.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AnswerAsync()
    {
        _exchange.Begin();
        if (_stopping) _exchange.CloseAfter();
        if (_listener.Route is { } route)
        {
            if (route.Configuration.Leaving) _exchange.CloseAfter();
            await _home.Server.Dispatcher.RunAsync(_exchange, route);
        }
        else
        {
            _exchange.CloseAfter();
            await _exchange.RefuseAsync(503, Reasons.NotConfigured, backend: null);
        }
        return !_exchange.ClientGone && _exchange.Body.TrySkip() && _exchange.KeepsAlive;
    }

    private async ValueTask<bool> RefuseAsync(int code)
    {
        _exchange.BeginMalformed();
        await _exchange.RefuseAsync(code, Reasons.BadRequest, backend: null);
        return false;
    }

    // What the client still sends is read and dropped for a while, so that it sees the answer before the connection is gone.
    private async ValueTask LingerAsync()
    {
        _input.Release();
        _socket.ShutdownSend();
        long deadline = _home.Loop.After(Options.Linger);
        for (int dropped = 0; dropped < MaxLingerBytes;)
        {
            int count = await _socket.ReceiveAsync(_input, deadline);
            if (count == 0) return;
            dropped += count;
            _input.Release();
        }
    }
}
