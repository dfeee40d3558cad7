using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Every change of a namespace's objects of one kind, in order, as a watch brings it.</summary>
internal sealed class Following<T> : IAsyncDisposable where T : class, IKubernetesObject
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    /// <param name="labels">Selects them; null: all.</param>
    /// <param name="name">Of the only one; null: all.</param>
    public Following(KubernetesClient client, ResourceType<T> type, string ns, Action<CacheChange<T>>? handler = null, string? labels = Labels.Model, string? name = null)
    {
        if (handler is not null)
            Now.Subscribe(handler);
        var options = new ReflectorOptions<T> { Namespace = ns, LabelSelector = labels, FieldSelector = name is null ? null : $"metadata.name={name}" };
        _watching = new Reflector<T>(client, type, Now, options).RunAsync(_stop.Token);
    }

    /// <summary>The newest state that has come.</summary>
    public Cache<T> Now { get; } = new();

    /// <summary>Waits for the first list.</summary>
    public async Task SyncAsync()
    {
        // What ends the watch for good is told here; the rest is tried again.
        var ended = await Task.WhenAny(_watching, Now.WaitForSyncAsync(_stop.Token).WaitAsync(s_limit));
        await ended;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
