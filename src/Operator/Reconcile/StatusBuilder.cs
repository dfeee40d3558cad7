using System.Globalization;
using System.Text.Json;
using Canario.Operator.Api;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>Says in status what the machine has decided. Pure.</summary>
static class StatusBuilder
{
    public static ModelDeploymentStatus Build(ModelDeployment deployment, RolloutPlan plan, Decision decision, Observation facts, Obstacle? obstacle, Upkept upkept, int port, DateTimeOffset now)
    {
        var before = deployment.Status;
        var state = decision.Next;
        var inForce = decision.World.Revisions.Count > 0 && decision.World.Split == facts.TrafficInForce;
        var wanted = decision.World.Revisions.Sum(r => r.Replicas);
        var ready = decision.World.Revisions.Sum(r => Math.Min(r.Replicas, ReadyOf(facts, r.Revision)));
        var (command, commandMessage) = DescribeCommand(deployment, state);
        var isStep = state.CandidateRevision is not null && (state.ResumePhase ?? state.Phase) is RolloutPhase.Progressing or RolloutPhase.Paused;
        return new ModelDeploymentStatus
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Phase = state.Phase.ToString(),
            Reason = Cut(state.Reason),
            Message = Cut(state.Message),
            StableRevision = state.StableRevision,
            CandidateRevision = state.CandidateRevision,
            Revision = plan.SpecError is null ? plan.Revision : before?.Revision,
            Step = isStep ? string.Create(CultureInfo.InvariantCulture, $"{state.StepIndex + 1}/{plan.Steps.Count}") : null,
            StepIndex = isStep ? state.StepIndex : null,
            Weight = state.CandidateRevision is null ? null : state.Weight,
            Mirror = state is { CandidateRevision: not null, Mirror: > 0 } ? state.Mirror : null,
            WeightInForce = inForce,
            StepEstimate = Cut(StepEstimate.Describe(plan, state, facts, before?.StepStartedAt == state.StepStartedAt ? before?.StepEstimate : null, now)),
            Verdict = state.Gates.Count == 0 ? null : state.Gates.MaxBy(g => Severity(g.Verdict))!.Verdict.ToString(),
            Ready = plan.Autoscaling is null ? string.Create(CultureInfo.InvariantCulture, $"{ready}/{wanted}") : DescribeScaled(decision.World, facts),
            Port = port,
            Gates = state.Gates.Count == 0 ? null : [.. state.Gates.Select(Describe)],
            Rejected = state.Rejected.Count == 0 ? null : [.. state.Rejected.Select(Describe)],
            History = RolloutHistory.Extend(before?.History, before?.Rollout ?? RolloutState.Initial, decision, now, upkept.AnsweredBy),
            LastHandledCommand = command,
            LastCommandMessage = commandMessage,
            RolloutStartedAt = state.RolloutStartedAt,
            PhaseStartedAt = state.PhaseStartedAt,
            StepStartedAt = state.StepStartedAt,
            Conditions = ConditionsBuilder.Build(deployment, decision, facts, obstacle, upkept.Drift, inForce, ready >= wanted, now),
            Drift = upkept.Drift,
            Retraining = upkept.Retraining,
            Rollout = state,
        };
    }

    /// <summary>Equal as stored.</summary>
    public static bool AreEqual(ModelDeploymentStatus? one, ModelDeploymentStatus other) =>
        one is not null && JsonSerializer.SerializeToUtf8Bytes(one, ApiJson.Default.ModelDeploymentStatus).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, ApiJson.Default.ModelDeploymentStatus));

    public static int ReadyOf(Observation facts, string? revision) => facts.Revisions.FirstOrDefault(r => r.Revision == revision)?.Ready ?? 0;

    /// <summary>Null for nothing to say: an API server built with a recent Go takes an empty string for a null.</summary>
    internal static string? Cut(string? text) => string.IsNullOrEmpty(text) ? null : text.Length <= Limits.MessageLength ? text : string.Concat(text.AsSpan(0, Limits.MessageLength - 1), "…");

    /// <summary>Of those that the autoscalers want. Conditions go by the least that is needed: a model whose autoscaler adds a pod is Ready meanwhile.</summary>
    private static string DescribeScaled(World world, Observation facts)
    {
        var sides = world.Revisions.Select(r => (Wanted: Math.Max(r.Replicas, facts.Revisions.FirstOrDefault(f => f.Revision == r.Revision)?.Desired ?? 0), Ready: ReadyOf(facts, r.Revision))).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sides.Sum(side => Math.Min(side.Wanted, side.Ready))}/{sides.Sum(side => side.Wanted)}");
    }

    private static (string? Command, string? Message) DescribeCommand(ModelDeployment deployment, RolloutState state)
    {
        var text = deployment.Metadata.Annotations?.GetValueOrDefault(Annotations.Command);
        if (CommandAnnotation.Parse(text, out var problem) is null && problem is not null)
            return (Cut(text), Cut(problem));
        return state.LastCommand is { } handled ? (CommandAnnotation.Format(handled), Cut(handled.Message)) : (null, null);
    }

    // The order in which an operator on call wants to hear of them.
    private static int Severity(Verdict verdict) => verdict switch
    {
        Verdict.PodFailure => 5,
        Verdict.Fail => 4,
        Verdict.ProviderUnavailable => 3,
        Verdict.Inconclusive => 2,
        Verdict.InsufficientData => 1,
        _ => 0,
    };

    private static GateStatus Describe(GateResult gate) => new()
    {
        Name = gate.Name,
        Type = gate.Type,
        Verdict = gate.Verdict.ToString(),
        Value = gate.Value,
        Threshold = gate.Threshold,
        Samples = gate.Samples,
        StableValue = gate.StableValue,
        Effect = gate.Effect,
        EffectLow = gate.EffectLow,
        EffectHigh = gate.EffectHigh,
        Message = Cut(gate.Message),
    };

    private static RejectedStatus Describe(RejectedRevision rejected) => new()
    {
        Revision = rejected.Revision,
        Reason = rejected.Reason,
        Message = Cut(rejected.Message),
        At = rejected.At,
        Attempt = rejected.Attempt,
    };
}
