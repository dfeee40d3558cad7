using Canario.Statistics;

namespace Canario.Rollouts.Tests;

/// <summary>Plans and measurements that the tests share.</summary>
static class Plans
{
    public const string One = "churn-1";
    public const string Two = "churn-2";
    public const string Three = "churn-3";

    public static readonly GateSpec Errors = new() { Name = "errors", Type = GateTypes.ErrorRate, MaxShare = 0.02, MaxRatioToStable = 1.5 };

    public static RolloutPlan Canary(string revision, params GateSpec[] gates) => Build(revision, gates, new StrategySpec
    {
        Name = StrategyNames.Canary,
        Steps = [new() { Weight = 10 }, new() { Weight = 50 }],
        DefaultHold = TimeSpan.FromSeconds(30),
        Deadline = TimeSpan.FromMinutes(5),
        Gates = [.. gates.Select(gate => gate.Name)],
    });

    /// <summary>Without anybody who splits: the number of ready pods does. Weights that are whole pods of two and of ten replicas.</summary>
    public static RolloutPlan ByPods(RolloutPlan plan) => plan with { SplitByPods = true, Steps = [.. plan.Steps.Where(step => step.Weight is 0 or 50).Select(step => step with { StableCapacityPercent = 100 - step.Weight })] };

    public static RolloutPlan BlueGreen(string revision, bool autoPromote, params GateSpec[] gates) => Build(revision, gates, new StrategySpec
    {
        Name = StrategyNames.BlueGreen,
        AutoPromote = autoPromote,
        PreviewHold = TimeSpan.FromSeconds(10),
        Gates = [.. gates.Select(gate => gate.Name)],
    });

    public static RolloutPlan Recreate(string revision, params GateSpec[] gates) => Build(revision, gates, new StrategySpec { Name = StrategyNames.Recreate });

    public static RolloutPlan RollingUpdate(string revision, int replicas, int maxSurge, int maxUnavailable, params GateSpec[] gates) => Build(
        revision,
        gates,
        new StrategySpec
        {
            Name = StrategyNames.RollingUpdate,
            Replicas = replicas,
            MaxSurge = maxSurge,
            MaxUnavailable = maxUnavailable,
            DefaultHold = TimeSpan.FromSeconds(10),
            Gates = [.. gates.Select(gate => gate.Name)],
        }) with
    { Replicas = replicas };

    public static readonly GateSpec Agreement = new() { Name = "agreement", Type = GateTypes.ShadowAgreement, MaxShare = 0.02 };

    /// <summary>Two steps of copies; a canary after them has one of 50 %.</summary>
    public static RolloutPlan Shadow(string revision, AfterShadow after, params GateSpec[] gates)
    {
        string[] traffic = [.. gates.Where(gate => GateTypes.SeesTraffic(gate.Type)).Select(gate => gate.Name)];
        var strategy = new StrategySpec
        {
            Name = StrategyNames.Shadow,
            ShadowSteps = [new() { Weight = 0, Mirror = 25 }, new() { Weight = 0, Mirror = 100 }],
            AfterShadow = after,
            Steps = [new() { Weight = 50 }],
            DefaultHold = TimeSpan.FromSeconds(30),
            Deadline = TimeSpan.FromMinutes(5),
            Gates = traffic,
            ShadowGates = [.. gates.Where(gate => GateTypes.SeesCopies(gate.Type)).Select(gate => gate.Name)],
        };
        return Build(revision, gates, strategy) with { BakeGates = traffic, DropsCandidate = after == AfterShadow.Drop };
    }

    /// <summary>Half of the traffic, for two minutes at most.</summary>
    public static RolloutPlan Ab(string revision, AfterTest after, params GateSpec[] gates)
    {
        string[] guards = [.. gates.Select(gate => gate.Name)];
        var strategy = new StrategySpec { Name = StrategyNames.AB, TestMinimum = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromMinutes(2), Gates = guards };
        var test = new GateSpec { Name = AbStrategy.TestGate, Type = GateTypes.ErrorRate, FindsWinner = true, OnFail = OnFail.Alert };
        return Build(revision, [.. gates, test], strategy) with { BakeGates = guards, DropsCandidate = after == AfterTest.Keep };
    }

    public static RateMeasurement Won => Rates(2000, 4, 2000, 60);

    public static RateMeasurement Lost => Rates(2000, 30, 2000, 4);

    public static RateMeasurement Even => Rates(2000, 20, 2000, 21);

    public static ShadowMeasurement Pairs(long pairs, long disagreements) => new() { Pairs = pairs, Disagreements = disagreements };

    public static RateMeasurement Rates(long candidate, long candidateBad, long stable, long stableBad, bool concurrent = true) =>
        new(new RateCounts(candidate, candidateBad), new RateCounts(stable, stableBad), concurrent);

    public static RateMeasurement Good => Rates(1000, 5, 9000, 45);

    public static RateMeasurement Bad => Rates(1000, 120, 9000, 45);

    public static Histogram Bins(params long[] counts) => Histogram.FromBins(
        counts.Select((count, i) => KeyValuePair.Create(i == counts.Length - 1 ? "+Inf" : (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), count)));

    static RolloutPlan Build(string revision, GateSpec[] gates, StrategySpec strategy) => new()
    {
        Revision = revision,
        Strategy = strategy.Name,
        Steps = RolloutStrategies.Find(strategy.Name)!.BuildSteps(strategy),
        Gates = gates,
        BakeGates = [.. gates.Select(gate => gate.Name)],
        Bake = TimeSpan.FromMinutes(1),
        Replicas = 4,
        ProgressDeadline = TimeSpan.FromMinutes(2),
    };
}
