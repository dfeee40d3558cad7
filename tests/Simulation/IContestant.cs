namespace Canario.Simulation;

/// <summary>Somebody's way to decide about a rollout.</summary>
interface IContestant
{
    string Name { get; }

    /// <summary>False: its documents have no rule for this.</summary>
    bool Knows(Scenario scenario);

    Outcome Run(Scenario scenario, SplitMix random);
}
