using System.Globalization;
using System.Text.Json;
using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Operator.Reconcile;
using Canario.Rollouts;

namespace Canario.Operator.Tests.Reconcile;

/// <summary>
/// Reads every status that an operator of the tests writes as kstatus would (its generic rules: cli-utils, pkg/kstatus/status/generic.go) and holds that against what the rest of the same status says.
/// </summary>
internal sealed class StatusInspector : DelegatingHandler
{
    private static readonly string[] s_types = [ConditionTypes.DriftDetected, ConditionTypes.Ready, ConditionTypes.Reconciling, ConditionTypes.RollbackReady, ConditionTypes.Stalled];

    private readonly Dictionary<string, IReadOnlyDictionary<string, Condition>> _last = new(StringComparer.Ordinal);
    private readonly List<string> _findings = [];
    private int _inspected;
    private int _underWay;
    private readonly Lock _lock = new();

    /// <summary>What was wrong with a status, one line each.</summary>
    public IReadOnlyList<string> Findings
    {
        get
        {
            lock (_lock)
                return [.. _findings];
        }
    }

    /// <summary>Statuses that were stored and read.</summary>
    public int Inspected => Volatile.Read(ref _inspected);

    /// <summary>Writes of any kind that are not answered yet.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    public StatusInspector Around(HttpMessageHandler inner)
    {
        InnerHandler = inner;
        return this;
    }

    /// <summary>What kstatus would say: Current, InProgress, Failed or Terminating.</summary>
    public static string Compute(ModelDeployment deployment)
    {
        var conditions = deployment.Status?.Conditions ?? [];
        if (deployment.Metadata.DeletionTimestamp is not null)
            return "Terminating";
        if (deployment.Status?.ObservedGeneration is { } observed && observed != deployment.Metadata.Generation)
            return "InProgress";
        if (conditions.Any(c => c is { Type: "Reconciling", Status: "True" }))
            return "InProgress";
        if (conditions.Any(c => c is { Type: "Stalled", Status: "True" }))
            return "Failed";
        return conditions.Any(c => c is { Type: "Ready", Status: not "True" }) ? "InProgress" : "Current";
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Get)
            return await base.SendAsync(request, cancellationToken);
        Interlocked.Increment(ref _underWay);
        try
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode && request.RequestUri!.AbsolutePath is var path && path.Contains("/modeldeployments/", StringComparison.Ordinal) && path.EndsWith("/status", StringComparison.Ordinal))
            {
                // Whoever asked reads it again from the buffer.
                await answer.Content.LoadIntoBufferAsync(cancellationToken);
                Inspect(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            }

            return answer;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Inspect(byte[] answer)
    {
        var stored = JsonSerializer.Deserialize(answer, ApiJson.Default.ModelDeployment)!;
        lock (_lock)
        {
            _inspected++;
            foreach (var finding in Inspect(stored))
                _findings.Add($"{stored.Metadata.Name} {stored.Status!.Phase} {stored.Status.Reason}: {finding}");
        }
    }

    private IEnumerable<string> Inspect(ModelDeployment written)
    {
        var status = written.Status!;
        var conditions = (status.Conditions ?? []).ToDictionary(c => c.Type!, StringComparer.Ordinal);
        if (!s_types.SequenceEqual(conditions.Keys.Order(StringComparer.Ordinal)))
        {
            yield return $"it has the conditions {string.Join(", ", conditions.Keys)}";
            yield break;
        }

        if (status.ObservedGeneration != written.Metadata.Generation)
            yield return $"observedGeneration is {status.ObservedGeneration}, of generation {written.Metadata.Generation}";
        foreach (var condition in conditions.Values.Where(c => c.ObservedGeneration != status.ObservedGeneration || c is not { Reason.Length: > 0, LastTransitionTime: not null, Status: "True" or "False" }))
            yield return $"condition {condition.Type} is {condition.Status} of generation {condition.ObservedGeneration} for reason '{condition.Reason}' since {condition.LastTransitionTime}";
        if (new[] { ConditionTypes.Ready, ConditionTypes.Reconciling, ConditionTypes.Stalled }.Count(type => conditions[type].Status == "True") != 1)
            yield return $"of Ready, Reconciling and Stalled it must be one, and is {conditions[ConditionTypes.Ready].Status}, {conditions[ConditionTypes.Reconciling].Status}, {conditions[ConditionTypes.Stalled].Status}";
        if (Judge(Compute(written), status, conditions[ConditionTypes.Stalled].Reason!, written.Spec.Autoscaling?.MinReplicas) is { } wrong)
            yield return wrong;
        var last = _last.GetValueOrDefault(written.Metadata.Uid!);
        _last[written.Metadata.Uid!] = conditions;
        foreach (var (type, condition) in conditions)
        {
            // Times have whole seconds: two transitions may be in one.
            if (last?[type] is { } before && (before.Status == condition.Status ? before.LastTransitionTime != condition.LastTransitionTime : before.LastTransitionTime > condition.LastTransitionTime))
                yield return $"condition {type} was {before.Status} since {before.LastTransitionTime} and is {condition.Status} since {condition.LastTransitionTime}";
        }
    }

    /// <param name="least">With an autoscaler: pods that it adds to these are load's doing, and none that a change waits for.</param>
    private static string? Judge(string computed, ModelDeploymentStatus status, string stalledBecause, int? least)
    {
        var isOver = status.Phase is nameof(RolloutPhase.Stalled) or nameof(RolloutPhase.RolledBack);
        var isObstacle = stalledBecause is Obstacles.RevisionLost or Obstacles.NameTaken or Obstacles.ApplyRefused or Obstacles.GatewayApiMissing or Obstacles.MirrorShareUnknown;
        return computed switch
        {
            "Current" when status.Phase != nameof(RolloutPhase.Healthy) => "kstatus says Current while the rollout is not over",
            "Current" when status is not { StableRevision: not null, CandidateRevision: null } => $"kstatus says Current with stable '{status.StableRevision}' and candidate '{status.CandidateRevision}'",
            "Current" when status.Ready?.Split('/') is not [var ready, var wanted] || (ready != wanted && !(int.Parse(ready, CultureInfo.InvariantCulture) >= least)) => $"kstatus says Current with {status.Ready} pods ready",
            "InProgress" when isOver => "kstatus says InProgress when nothing more will happen",
            "Failed" when !isOver && !isObstacle => $"kstatus says Failed, because of {stalledBecause}",
            _ => null,
        };
    }
}
