using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;

namespace Canario.Operator.Reconcile;

/// <summary>Gives each ModelDeployment of a namespace its two router ports. What was given once is in status and stays.</summary>
sealed class ListenerPorts(ClusterView view)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, int> _given = [];

    /// <summary>The port of a ModelDeployment: its status's, unless another was first; else the lowest free one.</summary>
    /// <exception cref="InvalidOperationException">All ports of the namespace are taken.</exception>
    public int Reserve(ObjectKey model, int? stored)
    {
        lock (_lock)
        {
            if (_given.TryGetValue(model, out var port))
                return port;
            var taken = view.ModelDeployments.ByIndex(CacheIndexes.NamespaceName, model.Namespace)
                .Where(d => ObjectKey.Of(d) != model && d.Status?.Port is not null && !_given.ContainsKey(ObjectKey.Of(d)))
                .Select(d => d.Status!.Port!.Value)
                .Concat(_given.Where(g => g.Key.Namespace == model.Namespace).Select(g => g.Value))
                .ToHashSet();
            port = stored is { } known && IsListener(known) && !taken.Contains(known) ? known : FindFree(model.Namespace, taken);
            _given[model] = port;
            return port;
        }
    }

    public void Release(ObjectKey model)
    {
        lock (_lock)
            _given.Remove(model);
    }

    private static bool IsListener(int port) => port is >= Ports.FirstListener and < Ports.EndListener && port % 2 == 0;

    private static int FindFree(string ns, HashSet<int> taken)
    {
        for (var port = Ports.FirstListener; port < Ports.EndListener; port += 2)
        {
            if (!taken.Contains(port))
                return port;
        }

        throw new InvalidOperationException($"namespace {ns} has {(Ports.EndListener - Ports.FirstListener) / 2} ModelDeployments, as many as its routers have ports");
    }
}
