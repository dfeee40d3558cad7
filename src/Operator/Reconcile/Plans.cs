using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>From spec to what the machine needs. Pure.</summary>
static class Plans
{
    /// <summary>Customary bounds: from here on a distribution counts as shifted.</summary>
    private const double DefaultPsi = 0.25;
    private const double DefaultDistance = 0.1;

    public static RolloutPlan Build(ModelDeployment deployment)
    {
        var errors = SpecValidator.Validate(deployment);
        if (errors.Count > 0)
            return RolloutPlan.Invalid(FieldError.Summarize(errors));
        var spec = deployment.Spec;
        List<string> gates = [.. spec.Gates.Select(g => g.Name)];
        var bake = Durations.Required(spec.Bake.Duration);
        return new RolloutPlan
        {
            Revision = Revisions.BuildName(deployment),
            Strategy = spec.Strategy.Type,
            Steps = RolloutStrategies.Find(spec.Strategy.Type)!.BuildSteps(BuildStrategy(spec.Strategy, spec.Replicas, gates)),
            Gates = [.. spec.Gates.Select(BuildGate)],
            // Without a bake nothing is watched at 100 %: a gate would wait there for samples of its own.
            BakeGates = bake == TimeSpan.Zero ? [] : gates,
            Bake = bake,
            Replicas = spec.Replicas,
            ProgressDeadline = Durations.Required(spec.ProgressDeadline),
            Paused = spec.Paused,
        };
    }

    private static StrategySpec BuildStrategy(StrategySettings settings, int replicas, List<string> gates)
    {
        var strategy = new StrategySpec { Name = settings.Type, Gates = gates };
        return settings.Type switch
        {
            StrategyNames.Canary => strategy with { Steps = [.. (settings.Canary?.Steps ?? []).Select(BuildStep)] },
            StrategyNames.BlueGreen when settings.BlueGreen?.Hold is { } hold => strategy with
            {
                AutoPromote = !hold.Manual,
                PreviewHold = Durations.Parse(hold.Duration) ?? strategy.PreviewHold,
                Deadline = Durations.Parse(hold.Deadline) ?? strategy.Deadline,
            },
            StrategyNames.RollingUpdate => BuildRollingUpdate(strategy, settings.RollingUpdate ?? new RollingUpdateSettings(), replicas),
            _ => strategy,
        };
    }

    private static StrategySpec BuildRollingUpdate(StrategySpec strategy, RollingUpdateSettings settings, int replicas) => strategy with
    {
        Replicas = replicas,
        MaxSurge = PodCounts.Resolve(settings.MaxSurge, replicas, roundUp: true)!.Value,
        MaxUnavailable = PodCounts.Resolve(settings.MaxUnavailable, replicas, roundUp: false)!.Value,
        DefaultHold = Durations.Parse(settings.Hold?.Duration) ?? TimeSpan.Zero,
        ManualHold = settings.Hold?.Manual ?? false,
        Deadline = Durations.Parse(settings.Hold?.Deadline) ?? strategy.Deadline,
    };

    private static StepSpec BuildStep(CanaryStepSettings step) => new()
    {
        Weight = step.Weight,
        Hold = Durations.Parse(step.Hold?.Duration),
        Manual = step.Hold?.Manual ?? false,
        Deadline = Durations.Parse(step.Hold?.Deadline),
        Gates = step.Gates,
    };

    private static GateSpec BuildGate(GateSettings gate)
    {
        var isDrift = gate.Type is GateTypes.FeatureDrift or GateTypes.PredictionDrift;
        var statistic = gate.Statistic == nameof(DriftStatistic.KolmogorovSmirnov) ? DriftStatistic.KolmogorovSmirnov : DriftStatistic.Psi;
        return new GateSpec
        {
            Name = gate.Name,
            Type = gate.Type,
            MaxShare = isDrift ? null : gate.Max,
            MaxRatioToStable = gate.MaxRatioToStable,
            SlowerThan = Durations.Parse(gate.Bound),
            Statistic = statistic,
            MaxDrift = gate.Max ?? (statistic == DriftStatistic.Psi ? DefaultPsi : DefaultDistance),
            Features = gate.Features ?? [],
            MinSamples = gate.MinSamples,
            OnFail = Enum.Parse<OnFail>(gate.OnFail),
            OnInsufficientData = Enum.Parse<OnInsufficientData>(gate.OnInsufficientData),
            DryRun = gate.DryRun,
        };
    }
}
