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
