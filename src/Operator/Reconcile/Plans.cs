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
        List<string> gates = [.. spec.Gates.Where(g => GateTypes.SeesTraffic(g.Type)).Select(g => g.Name)];
        List<string> shadowGates = [.. spec.Gates.Where(g => GateTypes.SeesCopies(g.Type)).Select(g => g.Name)];
        var bake = Durations.Required(spec.Bake.Duration);
        return new RolloutPlan
        {
            Revision = Revisions.BuildName(deployment),
            Strategy = spec.Strategy.Type,
            Steps = RolloutStrategies.Find(spec.Strategy.Type)!.BuildSteps(BuildStrategy(spec.Strategy, spec.Replicas, gates, shadowGates)),
            DropsCandidate = spec.Strategy is { Type: StrategyNames.Shadow, Shadow.Then: nameof(AfterShadow.Drop) } or { Type: StrategyNames.AB, Ab.Then: nameof(AfterTest.Keep) },
            Gates = [.. spec.Gates.Select(BuildGate), .. BuildTest(spec.Strategy)],
            // Without a bake nothing is watched at 100 %: a gate would wait there for samples of its own.
            BakeGates = bake == TimeSpan.Zero ? [] : gates,
            Bake = bake,
            Replicas = spec.Autoscaling?.MinReplicas ?? spec.Replicas,
            Autoscaling = spec.Autoscaling is { } scaling ? new ReplicaRange(scaling.MinReplicas, scaling.MaxReplicas) : null,
            ProgressDeadline = Durations.Required(spec.ProgressDeadline),
            ChecksContract = !spec.Strategy.AllowContractChange,
            Paused = spec.Paused,
        };
    }

    private static StrategySpec BuildStrategy(StrategySettings settings, int replicas, List<string> gates, List<string> shadowGates)
    {
        var strategy = new StrategySpec { Name = settings.Type, Gates = gates, ShadowGates = shadowGates };
        return settings.Type switch
        {
            StrategyNames.Canary => strategy with { Steps = [.. (settings.Canary?.Steps ?? []).Select(BuildStep)] },
            StrategyNames.BlueGreen when settings.BlueGreen?.Hold is { } hold => strategy with
            {
                AutoPromote = !hold.Manual,
                PreviewHold = Durations.Parse(hold.Duration) ?? strategy.PreviewHold,
                Deadline = Durations.Parse(hold.Deadline) ?? strategy.Deadline,
            },
            StrategyNames.Shadow => strategy with
            {
                ShadowSteps = [.. (settings.Shadow?.Steps ?? []).Select(BuildStep)],
                AfterShadow = Enum.Parse<AfterShadow>((settings.Shadow ?? new ShadowSettings()).Then),
                Steps = [.. (settings.Canary?.Steps ?? []).Select(BuildStep)],
            },
            StrategyNames.AB => BuildAb(strategy, settings.Ab ?? new AbSettings()),
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

    private static StrategySpec BuildAb(StrategySpec strategy, AbSettings settings) => strategy with
    {
        TestWeight = settings.Weight,
        TestMinimum = Durations.Required(settings.MinDuration),
        Deadline = Durations.Required(settings.Duration),
    };

    /// <summary>The comparison that an A/B test is about: a gate like the others, of two sides instead of one and a bound.</summary>
    private static IEnumerable<GateSpec> BuildTest(StrategySettings strategy)
    {
        if (strategy.Type != StrategyNames.AB)
            yield break;
        var settings = strategy.Ab ?? new AbSettings();
        yield return new GateSpec
        {
            Name = AbStrategy.TestGate,
            Type = settings.Metric,
            FindsWinner = true,
            SlowerThan = Durations.Parse(settings.Bound),
            MinSamples = settings.MinSamples,
            OnFail = OnFail.Alert,
        };
    }

    private static StepSpec BuildStep(CanaryStepSettings step) => BuildHold(step.Hold, step.Gates) with { Weight = step.Weight };

    private static StepSpec BuildStep(ShadowStepSettings step) => BuildHold(step.Hold, step.Gates) with { Mirror = step.Percent };

    private static StepSpec BuildHold(HoldSettings? hold, IReadOnlyList<string>? gates) => new()
    {
        Weight = 0,
        Hold = Durations.Parse(hold?.Duration),
        Manual = hold?.Manual ?? false,
        Deadline = Durations.Parse(hold?.Deadline),
        Gates = gates,
    };

    private static GateSpec BuildGate(GateSettings gate)
    {
        var isDrift = gate.Type is GateTypes.FeatureDrift or GateTypes.PredictionDrift;
        var statistic = gate.Statistic == nameof(DriftStatistic.KolmogorovSmirnov) ? DriftStatistic.KolmogorovSmirnov : DriftStatistic.Psi;
        return new GateSpec
        {
            Name = gate.Name,
            Type = gate.Type,
            MaxShare = isDrift || gate.Type == GateTypes.Query ? null : gate.Max,
            Query = gate.Query,
            MaxValue = gate.Type == GateTypes.Query ? gate.Max : null,
            MinValue = gate.Min,
            MaxRatioToStable = gate.MaxRatioToStable,
            MaxMeanDifference = gate.MaxMeanDifference,
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
