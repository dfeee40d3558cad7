namespace Canario.Kubernetes.Http;

/// <summary>Client-side rate limit. Tokens may be owed: each caller takes one at once and waits until it would have been there, so callers are served in order.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly double _burst;
    private double _tokens;
    private long _at;

    public TokenBucket(double perSecond, int burst, TimeProvider time)
    {
        _time = time;
        _perSecond = perSecond;
        _burst = Math.Max(1, burst);
        _tokens = _burst;
        _at = time.GetTimestamp();
    }

    public ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (_perSecond <= 0)
        {
            return ValueTask.CompletedTask;
        }
        TimeSpan wait;
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + _time.GetElapsedTime(_at, now).TotalSeconds * _perSecond);
            _at = now;
            _tokens--;
            wait = TimeSpan.FromSeconds(-_tokens / _perSecond);
        }
        return wait <= TimeSpan.Zero ? ValueTask.CompletedTask : WaitAsync(wait, cancellationToken);
    }

    private async ValueTask WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _tokens++;
            }
            throw;
        }
    }
}
