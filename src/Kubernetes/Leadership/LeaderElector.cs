using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canario.Kubernetes.Leadership;

/// <summary>Runs work while this process holds a Lease, as client-go's leader election does. At most one process works at a time as long as work stops within a third of the lease of being told to.</summary>
public sealed class LeaderElector
{
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeaseLock _lease;
    private volatile bool _isLeader;

    public LeaderElector(KubernetesClient client, LeaderElectionOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        if (options.LeaseDuration < TimeSpan.FromSeconds(1) || options.LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentException($"LeaseDuration is {options.LeaseDuration}; whole seconds, at least one, are allowed.", nameof(options));
        }
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _lease = new LeaseLock(client, options, _time, _logger);
    }

    public bool IsLeader => _isLeader;

    /// <summary>Who held the lease when it was last seen; empty: nobody.</summary>
    public string Holder => _lease.Holder;

    /// <summary>Waits to lead, then runs the work; on loss cancels it, waits for its end and stands again. Returns when the work ends by itself, or when stopped; the lease is released then.</summary>
    /// <param name="lead">Its token is cancelled when leadership is lost and when all is stopped.</param>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken stop)
    {
        while (true)
        {
            var renewedAt = await AcquireAsync(stop);
            if (renewedAt is null || await LeadAsync(lead, renewedAt.Value, stop))
            {
                return;
            }
        }
    }

    private async Task<long?> AcquireAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var asked = _time.GetTimestamp();
                if (await _lease.TryTakeAsync(stop))
                {
                    return asked;
                }
            }
            catch (KubernetesException e)
            {
                Log.AcquireFailed(_logger, _options.Identity, e.Message);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return null;
            }
#pragma warning disable CA5394 // Keeps candidates out of step; not a secret.
            var wait = _options.RetryPeriod * (0.8 + 0.4 * Random.Shared.NextDouble());
#pragma warning restore CA5394
            await Task.Delay(wait, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return null;
    }

    /// <summary>True: over for good. False: lost.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, long renewedAt, CancellationToken stop)
    {
        Log.Leading(_logger, _options.Identity);
        _isLeader = true;
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Not tied to stop: while the work winds down, nobody else may begin.
        using var renewing = new CancellationTokenSource();
        var work = Task.Run(() => lead(working.Token), CancellationToken.None);
        var renewal = RenewUntilLostAsync(renewedAt, renewing.Token);
        await Task.WhenAny(work, renewal);
        var lost = !work.IsCompleted;
        _isLeader = false;
        if (lost)
        {
            Log.Lost(_logger, _options.Identity);
        }
        await working.CancelAsync();
        await renewing.CancelAsync();
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (lost || stop.IsCancellationRequested)
        {
        }
        finally
        {
            await renewal;
            if (!lost)
            {
                await _lease.ReleaseAsync();
            }
        }
        return !lost;
    }

    private async Task RenewUntilLostAsync(long renewedAt, CancellationToken cancellationToken)
    {
        var wait = _options.RenewPeriod;
        while (true)
        {
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            // Counted from before the request that renewed: the lease cannot have begun earlier than that.
            var asked = _time.GetTimestamp();
            var left = _options.RenewDeadline - _time.GetElapsedTime(renewedAt, asked);
            if (left <= TimeSpan.Zero)
            {
                return;
            }
            switch (await TryRenewAsync(left, cancellationToken))
            {
                case null:
                    wait = TimeSpan.FromTicks(Math.Min(_options.RetryPeriod.Ticks, Math.Max(0, left.Ticks / 4)));
                    break;
                case true:
                    renewedAt = asked;
                    wait = _options.RenewPeriod;
                    break;
                case false:
                    return;
            }
        }
    }

    /// <summary>False: somebody else leads. Null: unknown, try again.</summary>
    private async Task<bool?> TryRenewAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(left, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await _lease.TryRenewAsync(both.Token);
        }
        catch (KubernetesException e)
        {
            Log.RenewFailed(_logger, _options.Identity, e.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
