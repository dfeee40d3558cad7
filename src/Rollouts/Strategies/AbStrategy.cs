namespace Canario.Rollouts;

/// <summary>Two sides with fixed shares, until it is known which of them does better, or the time is over.</summary>
public sealed class AbStrategy : IRolloutStrategy
{
    /// <summary>Name of the gate that compares the two, beside those of spec.</summary>
    public const string TestGate = "ab-test";

    public string Name => StrategyNames.AB;

    public IReadOnlyList<RolloutStep> BuildSteps(StrategySpec spec) =>
    [
        new()
        {
            Weight = spec.TestWeight,
            // How much comes by matches alone nobody knows beforehand.
            CandidateCapacityPercent = spec.TestWeight > 0 ? spec.TestWeight : 100,
            Hold = new StepHold { Minimum = spec.TestMinimum, Deadline = spec.Deadline },
            Gates = [.. spec.Gates, TestGate],
            Test = TestGate,
        },
    ];
}
