using System.Runtime.InteropServices;
using Canario.InferenceServer.Configuration;

namespace Canario.InferenceServer.Lifecycle;

/// <summary>
/// On SIGTERM: not ready at once, but serving on until routers had time to see it; then no new connections, and the end when the last
/// request is answered. A second SIGTERM, or SIGINT, skips the wait.
/// </summary>
internal sealed partial class DrainingLifetime(
    ServerOptions options, ServerState state, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DrainingLifetime> logger)
    : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CancellationTokenSource _skip = new();
    private int _begun;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => OnSignal(signal, wait: true)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => OnSignal(signal, wait: false)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins to drain; at the second call, stops waiting.</summary>
    public async Task DrainAsync(bool wait)
    {
        state.Drain();
        if (!wait || Interlocked.Exchange(ref _begun, 1) == 1) await _skip.CancelAsync();
        Log.Draining(logger, wait ? options.Drain.TotalSeconds : 0);
        try
        {
            await Task.Delay(options.Drain, time, _skip.Token);
        }
        catch (OperationCanceledException)
        {
            // The wait was skipped.
        }

        lifetime.StopApplication();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _skip.Dispose();
    }

    private void OnSignal(PosixSignalContext signal, bool wait)
    {
        // The default is to end the process at once.
        signal.Cancel = true;
        _ = DrainAsync(wait);
    }

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "Draining: connections are taken for {Seconds} s more")]
        public static partial void Draining(ILogger logger, double seconds);
    }
}
