using System.Net;
using System.Net.Sockets;
using Canario.Contract;
using Canario.Kubernetes;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Contracts;
using Canario.Operator.Desired;
using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Reads what the machine decides on: capacity and failures from the cache, the split in force from who makes it, measurements from the board.</summary>
sealed class Observer(ClusterView view, TrafficProviders providers, MeasurementBoard board, MetricTargets targets, ContractReader contracts, Func<Pod, int, Uri?> addressOf)
{
    /// <summary>On the pod's own address: nothing here needs DNS.</summary>
    public static Uri? AddressOf(Pod pod, int port)
    {
        if (!IPAddress.TryParse(pod.Status?.PodIP, out var ip))
            return null;
        var host = ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString();
        return new Uri($"http://{host}:{port}");
    }

    public async Task<Observed> ObserveAsync(ModelDeployment deployment, RolloutPlan plan, RolloutState state, int port, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(deployment);
        var world = RolloutMachine.World(plan, state);
        var revisions = ObserveRevisions(key, world);
        var traffic = new TrafficState(deployment, plan, world, state, revisions, port);
        var provider = providers.Find(traffic);
        var report = await provider.ObserveAsync(traffic, cancellationToken);
        var requests = RolloutMachine.Measures(plan, state);
        var answers = board.Take(key, token => targets.ReadAsync(deployment, token), requests, plan.CheckInterval, RolloutMachine.HoldEnds(plan, state));
        var command = CommandAnnotation.Parse(deployment.Metadata.Annotations?.GetValueOrDefault(Annotations.Command), out _);
        var facts = new Observation
        {
            Revisions = revisions,
            TrafficInForce = report.InForce ? world.Split : null,
            TrafficProblem = report.Problem,
            MeasuredFrom = answers is null ? null : requests[0].CandidateFrom,
            Measurements = answers ?? new Dictionary<string, Measurement>(),
            Contract = Compare(key, plan, state),
            Command = command,
            Kept = command is { Action: CommandAction.Undo } && state.LastCommand?.Answers(command) != true ? ObserveKept(deployment) : [],
        };
        return new Observed(facts, provider, traffic, report);
    }

    private List<string> ObserveKept(ModelDeployment deployment) =>
    [
        .. ClusterView.OfModel(view.ControllerRevisions, ObjectKey.Of(deployment))
            .Where(r => WorldApplier.IsOwned(deployment, r) && Revisions.ReadSnapshot(r) is not null)
            .OrderByDescending(r => r.Revision ?? 0)
            .Select(r => r.Metadata.Name!),
    ];

    private ContractCheck? Compare(ObjectKey model, RolloutPlan plan, RolloutState state)
    {
        if (!RolloutMachine.NeedsContract(plan, state))
        {
            contracts.Forget(model);
            return null;
        }

        var (stable, candidate) = (state.StableRevision!, state.CandidateRevision!);
        // Nobody can rely on what does not serve.
        if (FindPod(model, stable) is not { } servingPod)
            return new ContractCheck(candidate, null);
        if (FindPod(model, candidate) is not { } newPod)
            return null;
        var (before, after) = (contracts.Find(model, stable, servingPod), contracts.Find(model, candidate, newPod));
        return (before, after) switch
        {
            (null, _) or (_, null) => null,
            ({ Contract: { } serving }, { Contract: { } offered }) => new ContractCheck(candidate, ContractDifferences.Describe(serving, offered)),
            _ => new ContractCheck(candidate, null),
        };
    }

    private Uri? FindPod(ObjectKey model, string revision) => ClusterView.OfModel(view.Pods, model)
        .Where(p => p.Metadata.Labels?.GetValueOrDefault(Labels.Revision) == revision && PodReadiness.IsReady(p))
        .Select(p => addressOf(p, Ports.InferenceHttp))
        .FirstOrDefault(address => address is not null);

    /// <summary>
    /// Of a Deployment of the same name that was deleted a moment ago: the garbage collector has not come to it yet, and a revision that is brought back by an undo must not be given traffic for its sake.
    /// One that has traffic already keeps what serves, whoever made it.
    /// </summary>
    private static bool IsLeftOver(Pod pod, Deployment deployment) => pod.Metadata.CreationTimestamp < deployment.Metadata.CreationTimestamp;

    private List<RevisionObservation> ObserveRevisions(ObjectKey model, World world)
    {
        var found = new List<RevisionObservation>();
        if (world.Revisions.Count == 0)
            return found;
        var pods = ClusterView.OfModel(view.Pods, model).ToLookup(p => p.Metadata.Labels?.GetValueOrDefault(Labels.Revision) ?? "", StringComparer.Ordinal);
        foreach (var revision in world.Revisions)
        {
            if (view.Deployments.Get(model.Namespace, revision.Revision) is not { } deployment)
                continue;
            // The controller's counts are from before the last change of spec until it has seen that.
            var isCurrent = deployment.Status?.ObservedGeneration >= deployment.Metadata.Generation;
            found.Add(new RevisionObservation
            {
                Revision = revision.Revision,
                Desired = deployment.Spec?.Replicas ?? 0,
                // Pods themselves, not the controller's count: it is later, and counts pods that are leaving.
                Ready = pods[revision.Revision].Count(pod => PodReadiness.IsReady(pod) && (revision.Weight > 0 || !IsLeftOver(pod, deployment))),
                // Those on their way out too: they still hold what their successors may need.
                Pods = pods[revision.Revision].Count(PodReadiness.IsThere),
                Updated = isCurrent ? deployment.Status?.UpdatedReplicas ?? 0 : 0,
                Failure = PodFailures.Find(pods[revision.Revision]),
                Unschedulable = PodScheduling.FindObstacle(pods[revision.Revision]),
            });
        }

        return found;
    }
}
