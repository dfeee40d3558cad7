using Canario.Kubernetes.Models;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Conditions as kstatus reads them (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus): while Reconciling or Stalled is True the object is not Current, whatever else is said. Pure.</summary>
static class ConditionsBuilder
{
    private const string Settled = "Settled";
    private const string None = "None";

    public static IReadOnlyList<Condition> Build(ModelDeployment deployment, Decision decision, Observation facts, Obstacle? obstacle, DriftState? drift, bool inForce, bool allReady, DateTimeOffset now)
    {
        var state = decision.Next;
        // A rejected revision is what kstatus calls stalled: nothing more will happen until somebody changes spec, and spec is not what serves.
        var isStalled = obstacle is not null || state.Phase is RolloutPhase.Stalled or RolloutPhase.RolledBack;
        var isCurrent = obstacle is null && state.Phase == RolloutPhase.Healthy && inForce && allReady;
        var isReconciling = !isStalled && !isCurrent;
        // A step waits for traffic and says why; in other phases nobody else would.
        var pendingMessage = !inForce && facts.TrafficProblem is { } problem && !state.Message.Contains(problem, StringComparison.Ordinal) ? $"{state.Message} {problem}" : state.Message;
        var message = obstacle?.Message ?? pendingMessage;
        var pending = obstacle is not null ? obstacle.Reason : state.Phase != RolloutPhase.Healthy ? state.Reason : allReady ? RolloutReasons.TrafficPending : RolloutReasons.CapacityPending;
        var gate = state.Gates.FirstOrDefault(g => g.Type is GateTypes.FeatureDrift or GateTypes.PredictionDrift && g.Verdict == Verdict.Fail);
        var warm = state is { StableRevision: { } stable, CandidateRevision: not null }
            && StatusBuilder.ReadyOf(facts, stable) >= Math.Max(1, state.Replicas);
        return
        [
            Condition(ConditionTypes.Ready, isCurrent, isCurrent ? state.Reason : pending, message),
            Condition(ConditionTypes.Reconciling, isReconciling, isReconciling ? pending : Settled, isReconciling ? pendingMessage : "No change is under way."),
            Condition(ConditionTypes.Stalled, isStalled, isStalled ? pending : None, isStalled ? message : "Nothing waits for a person."),
            DescribeDrift(),
            Condition(ConditionTypes.RollbackReady, warm, warm ? "StableWarm" : state.CandidateRevision is null ? "NoRollout" : RolloutReasons.CapacityPending, DescribeRollback(state, warm)),
        ];

        // What serves comes first. A gate's word is of the rollout under way, and the evidence of the last one where nothing watches what serves.
        Condition DescribeDrift() => (drift, gate) switch
        {
            ({ Verdict: DriftVerdict.Drift }, _) => Condition(ConditionTypes.DriftDetected, true, drift.Reason, DriftText.Describe(drift)),
            (_, not null) when drift is null || state.CandidateRevision is not null => Condition(ConditionTypes.DriftDetected, true, gate.Type, gate.Message),
            (not null, _) => Condition(ConditionTypes.DriftDetected, false, drift.Reason, DriftText.Describe(drift)),
            _ => Condition(ConditionTypes.DriftDetected, false, None, "No gate sees drift."),
        };

        Condition Condition(string type, bool holds, string reason, string message)
        {
            var status = holds ? "True" : "False";
            var known = deployment.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
            return new Condition
            {
                Type = type,
                Status = status,
                ObservedGeneration = deployment.Metadata.Generation,
                LastTransitionTime = known?.Status == status ? known.LastTransitionTime : now,
                Reason = reason.Length == 0 ? None : reason,
                Message = StatusBuilder.Cut(message) ?? reason,
            };
        }
    }

    private static string DescribeRollback(RolloutState state, bool warm) => (state.CandidateRevision, warm) switch
    {
        (null, _) => "There is one revision: nothing to take back.",
        _ when state.StableRevision is null => "There is no earlier revision to go back to.",
        (_, true) => $"{state.StableRevision} has the capacity to take all traffic back at once.",
        _ => $"{state.StableRevision} has not all its replicas ready: taking traffic back waits for them.",
    };
}
