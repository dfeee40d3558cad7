using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Metrics.Direct;
using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>What is to be read where there is no Prometheus, out of the caches.</summary>
/// <param name="addressOf">A pod's address and port.</param>
sealed class ScrapeTargets(ClusterView view, MetricTargets targets, Func<Pod, int, Uri?> addressOf) : IScrapeTargets
{
    // From the first moment of a rollout: the counters' values at the first step are what that step counts from.
    private static readonly HashSet<string?> s_underWay =
        new RolloutPhase[] { RolloutPhase.Preparing, RolloutPhase.Progressing, RolloutPhase.Paused, RolloutPhase.Baking }.Select(p => (string?)p.ToString()).ToHashSet(StringComparer.Ordinal);

    public IReadOnlyList<SampledGates> Models() =>
    [
        .. view.ModelDeployments.List()
            .Where(d => s_underWay.Contains(d.Status?.Phase) && HasGates(d.Spec) && targets.IsDirect(d.Spec.Metrics))
            .Select(d => new SampledGates(
                ObjectKey.Of(d), TrafficProviders.NeedsRouters(d.Spec), !TrafficProviders.NeedsRouters(d.Spec) || d.Spec.Gates.Any(g => GateTypes.IsCountedByModels(g.Type)))),
    ];

    public IReadOnlyList<ScrapeTarget> Routers(string ns) => Build(view.RouterPods(ns), Ports.Admin);

    public IReadOnlyList<ScrapeTarget> Pods(ObjectKey model) => Build(ClusterView.OfModel(view.Pods, model), Ports.InferenceHttp);

    /// <summary>Ready pods of one revision.</summary>
    public IReadOnlyList<ScrapeTarget> PodsOf(ObjectKey model, string revision) =>
        Build(ClusterView.OfModel(view.Pods, model).Where(p => p.Metadata.Labels?.GetValueOrDefault(Labels.Revision) == revision), Ports.InferenceHttp);

    // An A/B test is measured also where there is no other gate.
    private static bool HasGates(ModelDeploymentSpec spec) => spec.Gates.Count > 0 || spec.Strategy.Type == StrategyNames.AB;

    private List<ScrapeTarget> Build(IEnumerable<Pod> pods, int port)
    {
        var found = new List<ScrapeTarget>();
        foreach (var pod in pods)
        {
            if (PodReadiness.IsReady(pod) && addressOf(pod, port) is { } address)
                found.Add(new ScrapeTarget(pod.Metadata.Uid ?? "", pod.Metadata.Name ?? "", new Uri(address, HttpPaths.Metrics), pod.Metadata.CreationTimestamp ?? default));
        }

        return found;
    }
}
