using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Traffic.Gateways;

/// <summary>Follows the HTTPRoutes where the cluster serves that kind, from the first ModelDeployment on that wants one: it may be installed, and taken away, while the operator runs.</summary>
/// <param name="changed">Told of a route, or of all of them with null when the kind came or went.</param>
sealed class RouteWatch(KubernetesClient client, string? ns, string labels, Action<HttpRoute?> changed, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isServed;

    public Cache<HttpRoute> Routes { get; } = new(CacheIndexes.Label<HttpRoute>(Labels.Model));

    /// <summary>The cache is to be believed.</summary>
    public bool IsServed => _isServed;

    /// <summary>It was looked for, at least once.</summary>
    public Task Known => _known.Task;

    public void Want() => _wanted.TrySetResult();

    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Routes.Subscribe(change => changed(change.Current));
        await _wanted.Task.WaitAsync(cancellationToken);
        while (true)
        {
            if (await IsServedNowAsync(cancellationToken) is { } served)
            {
                if (served)
                    await FollowAsync(cancellationToken);
                _known.TrySetResult();
            }

            await Task.Delay(s_interval, time, cancellationToken);
        }
    }

    /// <summary>Returns when the kind is not served any more.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reflector = new Reflector<HttpRoute>(client, Resources.HttpRoutes, Routes, new ReflectorOptions<HttpRoute> { Namespace = ns, LabelSelector = labels }, time, logger);
        var following = reflector.RunAsync(stop.Token);
        try
        {
            var started = time.GetTimestamp();
            while (reflector.Lists == 0)
            {
                // Gone again already, or not for the operator to list.
                if (time.GetElapsedTime(started) > s_interval)
                    return;
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
            }

            _isServed = true;
            _known.TrySetResult();
            changed(null);
            do
            {
                await Task.Delay(s_interval, time, cancellationToken);
            }
            while (await IsServedNowAsync(cancellationToken) != false);
        }
        finally
        {
            _isServed = false;
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Routes.Clear();
            changed(null);
        }
    }

    /// <summary>Null: the API server does not say.</summary>
    private async Task<bool?> IsServedNowAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client.ResolveAsync([Resources.HttpRoutes], cancellationToken) is not null;
        }
        catch (KubernetesException)
        {
            return null;
        }
    }
}
