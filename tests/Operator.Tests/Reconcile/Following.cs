using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Every change of the models' objects of one kind, in order, as a watch brings it.</summary>
internal sealed class Following<T> : IAsyncDisposable where T : class, IKubernetesObject
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public Following(KubernetesClient client, ResourceType<T> type, string ns, Action<CacheChange<T>> handler)
    {
        var cache = new Cache<T>();
        cache.Subscribe(handler);
        _watching = new Reflector<T>(client, type, cache, new ReflectorOptions<T> { Namespace = ns, LabelSelector = Labels.Model }).RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
