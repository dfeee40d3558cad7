using Canario.Operator.Api;
using Canario.Operator.Desired;
using Canario.Operator.Traffic.Services;
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
            Steps = RolloutStrategies.Find(spec.Strategy.Type)!.BuildSteps(BuildSplit(BuildStrategy(spec.Strategy, spec.Replicas, gates, shadowGates), spec)),
            SplitByPods = spec.Traffic.Provider == TrafficProviderNames.Service,
            Splitters = spec.Traffic.Provider switch
            {
                TrafficProviderNames.Service => "the Service's endpoints",
                TrafficProviderNames.GatewayApi => "the gateway's proxies",
                _ => "all routers",
            },
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

    private static StrategySpec BuildSplit(StrategySpec strategy, ModelDeploymentSpec spec) =>
        spec.Traffic.Provider == TrafficProviderNames.Service && strategy.Name == StrategyNames.Canary ? strategy with { Steps = PodShares.BuildSteps(strategy.Steps, spec.Replicas) } : strategy;

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
        var statistic = gate.Statistic == nameof(DriftStatistic.KolmogorovSmirnov) ? DriftStatistic.KolmogorovSmirnov : DriftStatistic.Psi;
        return new GateSpec
        {
            Name = gate.Name,
            Type = gate.Type,
            MaxShare = BuildShare(gate),
            Query = gate.Query,
            MaxValue = gate.Type is GateTypes.Query or GateTypes.Quality ? gate.Max : null,
            MinValue = gate.Type == GateTypes.Query ? gate.Min : null,
            MaxRatioToStable = gate.MaxRatioToStable,
            MaxMeanDifference = gate.MaxMeanDifference,
            MinRankCorrelation = gate.Type == GateTypes.ShadowAgreement ? gate.Min : null,
            MaxDrop = gate.Type == GateTypes.Confidence ? gate.Max : null,
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

    private static double? BuildShare(GateSettings gate) => gate.Type switch
    {
        GateTypes.ErrorRate or GateTypes.Latency or GateTypes.ShadowAgreement => gate.Max,
        // Judged by what is wrong: 1 - 0.9 is to be 0.1, also where it is shown.
        GateTypes.Quality when gate.Min is { } accuracy => Math.Round(1 - accuracy, 12),
        _ => null,
    };
}
