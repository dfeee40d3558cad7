using System.Collections.Concurrent;
using System.Text.Json;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>Every configuration that the routers of a namespace were ever told, as they would have seen it: by a watch.</summary>
internal sealed class RouterHistory : IAsyncDisposable
{
    private readonly ConcurrentQueue<RouterConfiguration> _seen = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public RouterHistory(KubernetesClient client, string ns)
    {
        var cache = new Cache<ConfigMap>();
        cache.Subscribe(change =>
        {
            if (change.New?.Data?.GetValueOrDefault(RouterConfiguration.Key) is { } text)
                _seen.Enqueue(JsonSerializer.Deserialize(text, ContractJson.Default.RouterConfiguration)!);
        });
        var options = new ReflectorOptions<ConfigMap> { Namespace = ns, LabelSelector = Labels.RouterConfig + "=true" };
        _watching = new Reflector<ConfigMap>(client, Resources.ConfigMaps, cache, options).RunAsync(_stop.Token);
    }

    /// <summary>Weights that a revision was given, in their order.</summary>
    public IReadOnlyList<int> WeightsOf(string revision) =>
        [.. _seen.SelectMany(c => c.Backends).Where(b => b.Revision == revision).Select(b => b.Weight)];

    /// <summary>Shares of copies, 0 for none, in their order and without repetitions.</summary>
    public IReadOnlyList<int> Copies()
    {
        var seen = new List<int>();
        foreach (var percent in _seen.Select(c => c.Mirror?.Percent ?? 0))
        {
            if (seen.Count == 0 || seen[^1] != percent)
                seen.Add(percent);
        }

        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
