using Canario.Loops;
using Canario.Router.Admin;
using Canario.Router.Configuration;
using Canario.Router.Listening;
using Canario.Router.Metrics;
using Canario.Telemetry.Metrics;

namespace Canario.Router;

/// <summary>A whole router: server, state, configuration source and admin server.</summary>
internal sealed class RouterHost : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    // Clients that connect for each request alone are nowhere to be seen in between.
    private static readonly TimeSpan LeastClosing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClosingPoll = TimeSpan.FromMilliseconds(100);
    private readonly RouterOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RouterServer _server;
    private readonly EventLoops _loops;
    private readonly AdminServer _admin;
    private readonly IRouterSource _source;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _draining;

    public RouterHost(RouterOptions options, IRouterSource source, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _time = time;
        _source = source;
        _logger = loggers.CreateLogger<RouterHost>();
        var registry = new MetricRegistry();
        registry.AddProcessMetrics();
        _loops = new EventLoops(Environment.ProcessorCount, time, loggers.CreateLogger<EventLoops>());
        _server = new RouterServer(options, _loops, loggers, time);
        State = new RouterState(_server, new RouterMetrics(registry), options.Upstream, options.Mirrors, _loops, time, loggers.CreateLogger<RouterState>());
        _admin = new AdminServer(options, registry, State, () => IsReady);
    }

    public RouterState State { get; }

    public int AdminPort => _admin.Port;

    public bool IsReady => State.IsSynced && !_draining;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        await _admin.StartAsync(cancellationToken);
        _running = Task.WhenAll(Task.Run(FollowAsync, CancellationToken.None), Task.Run(RetryAsync, CancellationToken.None));
    }

    /// <summary>Leaves without failing a request: first unready, then unwanted, then closed.</summary>
    public async Task DrainAsync()
    {
        Log.Draining(_logger, _options.Drain, _options.Closing, _options.Finish);
        _draining = true;
        await Task.Delay(_options.Drain, _time);
        _server.CloseConnections();
        await UntilLeftAsync();
        using var limit = new CancellationTokenSource(_options.Finish, _time);
        await _server.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Already stopped after a drain; else, now and at once.
        await _server.StopAsync(new CancellationToken(true));
        await _admin.DisposeAsync();
        State.Dispose();
        _server.Dispose();
        _loops.Dispose();
        _stopping.Dispose();
    }

    private async Task UntilLeftAsync()
    {
        long begun = _time.GetTimestamp();
        await Task.Delay(_options.Closing < LeastClosing ? _options.Closing : LeastClosing, _time);
        while (_server.HasConnections && _time.GetElapsedTime(begun) < _options.Closing) await Task.Delay(ClosingPoll, _time);
    }

    // A router whose source has ended would serve yesterday's split for ever and look healthy.
    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _source.RunAsync(State, _stopping.Token);
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                Log.SourceEnded(_logger, e);
            }
            await Task.Delay(RetryInterval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RetryAsync()
    {
        using var timer = new PeriodicTimer(RetryInterval, _time);
        while (await timer.WaitForNextTickAsync(_stopping.Token)) await State.RetryAsync();
    }
}
