using System.Threading.Channels;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Benchmarks.Operator;

/// <summary>Every state of the objects of one kind, in order, with the moment at which a watch brought it.</summary>
internal sealed class Sightings<T> : IAsyncDisposable where T : class, IKubernetesObject
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly Channel<(long At, T Value)> _seen = Channel.CreateUnbounded<(long, T)>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public Sightings(KubernetesClient client, ResourceType<T> type, ReflectorOptions<T> options)
    {
        var cache = new Cache<T>();
        cache.Subscribe(change =>
        {
            if (change.New is { } value) _seen.Writer.TryWrite((TimeProvider.System.GetTimestamp(), value));
        });
        _watching = new Reflector<T>(client, type, cache, options).RunAsync(_stop.Token);
    }

    /// <summary>The next state that is as asked; those before it are passed over.</summary>
    public async Task<(long At, T Value)> NextAsync(string what, Func<T, bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            while (true)
            {
                var next = await _seen.Reader.ReadAsync(limit.Token);
                if (condition(next.Value)) return next;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"not seen within {s_limit}: {what}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
