using System.Net;
using System.Net.Sockets;
using Canario.Loops;
using Canario.Router.Forwarding;
using Canario.Router.Listening;
using Canario.Router.Mirroring;

namespace Canario.Router.Http1;

/// <summary>HTTP/1.1 in front of all models.</summary>
internal sealed class Http1Server
{
    private readonly ClientLoop[] _loops;
    private readonly ConnectionLimit _limit;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Http1Listener> _listeners = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;
    private int _next;
    private volatile bool _stopping;
    private volatile bool _closing;

    public Http1Server(RouterOptions options, EventLoops loops, Dispatcher dispatcher, ConnectionLimit limit, ILoggerFactory loggers, TimeProvider time)
    {
        Options = options;
        Dispatcher = dispatcher;
        Logger = loggers.CreateLogger<Http1Server>();
        Forwarder = new Http1Forwarder(options.Upstream, loggers.CreateLogger<Http1Forwarder>());
        Copies = new MirrorSender(loops.OfCopies, loggers.CreateLogger<MirrorSender>());
        _limit = limit;
        _time = time;
        _loops = [.. loops.OfUsers.Select(loop => new ClientLoop(loop, this, time))];
    }

    public RouterOptions Options { get; }

    public Dispatcher Dispatcher { get; }

    public Http1Forwarder Forwarder { get; }

    public MirrorSender Copies { get; }

    public ILogger Logger { get; }

    /// <summary>Every answer asks its client to connect anew, elsewhere.</summary>
    public bool IsClosing => _closing;

    public bool HasConnections => Volatile.Read(ref _connections) > 0;

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public void Bind(IPEndPoint address, ModelListener model)
    {
        lock (_gate)
        {
            if (!_stopping) _listeners.Add(address.Port, new Http1Listener(address, socket => Accept(socket, model), _time));
        }
    }

    /// <summary>No new connection comes from the port; those it brought live on.</summary>
    public void Unbind(int port)
    {
        lock (_gate)
        {
            if (_listeners.Remove(port, out var listener)) listener.Dispose();
        }
    }

    public void CloseConnections() => _closing = true;

    /// <summary>No new connections; those that are idle close, the others with the request under way, and when cancelled at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stopping = _closing = true;
            foreach (var listener in _listeners.Values) listener.Dispose();
            _listeners.Clear();
        }
        foreach (var loop in _loops) loop.Stop();
        if (!HasConnections) return;
        await _empty.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var loop in _loops) loop.Abort();
    }

    /// <summary>A connection has ended.</summary>
    internal void Leave()
    {
        _limit.Leave();
        if (Interlocked.Decrement(ref _connections) == 0 && _stopping) _empty.TrySetResult();
    }

    private void Accept(Socket socket, ModelListener model)
    {
        if (_stopping || !_limit.TryEnter())
        {
            socket.Dispose();
            return;
        }
        Interlocked.Increment(ref _connections);
        // In turn, so that connections are spread evenly: left to the kernel, the loop that is awake takes most.
        _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length].Accept(socket, model);
    }
}
