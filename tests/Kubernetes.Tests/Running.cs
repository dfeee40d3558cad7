namespace Canario.Kubernetes.Tests;

/// <summary>A loop that runs beside a test and is stopped at its end; what it throws, the test throws.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _task;

    public Running(Func<CancellationToken, Task> loop) => _task = Task.Run(() => loop(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }
        await _stop.CancelAsync();
        try
        {
            await _task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (OperationCanceledException)
        {
        }
        _stop.Dispose();
    }
}
