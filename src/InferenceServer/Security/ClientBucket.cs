using System.Threading.RateLimiting;

namespace Canario.InferenceServer.Security;

/// <summary>A client's bucket of tokens, filled up to the moment whenever it is asked: a clock that ticks now and then would let a small bucket run over, and lose what does not divide by its ticks.</summary>
/// <param name="requestsPerSecond">Tokens that a second adds.</param>
/// <param name="burst">Tokens that it holds, and begins with.</param>
internal sealed class ClientBucket(int requestsPerSecond, int burst) : RateLimiter
{
    private readonly TokenBucketRateLimiter _bucket = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / requestsPerSecond),
        QueueLimit = 0,
        AutoReplenishment = false,
    });

    /// <inheritdoc/>
    public override TimeSpan? IdleDuration
    {
        get
        {
            _bucket.TryReplenish();
            return _bucket.IdleDuration;
        }
    }

    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics() => _bucket.GetStatistics();

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        _bucket.TryReplenish();
        return _bucket.AttemptAcquire(permitCount);
    }

    /// <inheritdoc/>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => ValueTask.FromResult(AttemptAcquireCore(permitCount));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _bucket.Dispose();
        base.Dispose(disposing);
    }
}
