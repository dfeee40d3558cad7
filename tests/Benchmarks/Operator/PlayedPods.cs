using System.Threading.Channels;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Caching;
using Canario.Kubernetes.Models;

namespace Canario.Benchmarks.Operator;

/// <summary>A ready pod for every Deployment of a model, as soon as it is there.</summary>
internal sealed class PlayedPods
{
    private const int AtOnce = 8;

    private readonly KubernetesClient _client;
    private readonly Channel<Deployment> _new = Channel.CreateUnbounded<Deployment>();

    public PlayedPods(KubernetesClient client, Cache<Deployment> deployments)
    {
        _client = client;
        deployments.Subscribe(change =>
        {
            if (change is { Old: null, New: { Metadata.Labels: { } labels } made } && labels.ContainsKey(Labels.Model))
                _new.Writer.TryWrite(made);
        });
    }

    public Task RunAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _new.Reader.ReadAllAsync(cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (made, token) => await PlayedNamespaces.MakeReadyAsync(
            _client, new ObjectMeta { Namespace = made.Metadata.Namespace, Name = made.Metadata.Name + "-0", Labels = made.Metadata.Labels }, PlayedNamespaces.RouterAddress, token));
}
