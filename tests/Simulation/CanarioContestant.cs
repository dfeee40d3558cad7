using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>
/// Canario itself: the real machine and the real gates, with the Canary strategy's default steps, the default bake and the source Direct's readings every 5 s.
/// The gate is the one of docs/rollouts.md, or the half of it that needs no knowledge of the service.
/// </summary>
sealed class CanarioContestant(string name, double? maxShare, double maxRatioToStable) : IContestant
{
    public string Name => name;

    public bool Knows(Scenario scenario) => true;

    public Outcome Run(Scenario scenario, SplitMix random) => new CanarioRollout(BuildPlan(scenario), scenario, random).ToEnd();

    RolloutPlan BuildPlan(Scenario scenario)
    {
        var gate = new GateSpec { Name = "gate", Type = scenario.GateType, MaxShare = maxShare, MaxRatioToStable = maxRatioToStable };
        return new RolloutPlan
        {
            Revision = "candidate",
            Steps = RolloutStrategies.Find(StrategyNames.Canary)!.BuildSteps(new StrategySpec { Name = StrategyNames.Canary, Gates = [gate.Name] }),
            Gates = [gate],
            BakeGates = [gate.Name],
            Bake = TimeSpan.FromMinutes(5),
            Replicas = 10,
        };
    }
}
