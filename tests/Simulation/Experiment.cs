namespace Canario.Simulation;

/// <summary>Every contestant in every scenario, on all cores. The result depends on seed and number alone.</summary>
static class Experiment
{
    /// <summary>Without an effect this many times as many rollouts: false rollbacks are rare, and their share is what has to be known best.</summary>
    const int MoreWithoutEffect = 2;

    public static IReadOnlyList<Tally> Run(IReadOnlyList<Scenario> scenarios, IReadOnlyList<IContestant> contestants, int rollouts, ulong seed, Action<Tally>? done = null)
    {
        var tallies = new List<Tally>();
        foreach (var scenario in scenarios)
        {
            // By its place among all, so that a scenario alone gives what it gives among others.
            var part = Scenarios.All.TakeWhile(other => other != scenario).Count();
            foreach (var contestant in contestants.Where(contestant => contestant.Knows(scenario)))
            {
                var outcomes = new Outcome[scenario.HasEffect ? rollouts : MoreWithoutEffect * rollouts];
                Parallel.For(0, outcomes.Length, i => outcomes[i] = contestant.Run(scenario, SplitMix.Of(seed, part, i)));
                var tally = new Tally(scenario, contestant, outcomes);
                tallies.Add(tally);
                done?.Invoke(tally);
            }
        }

        return tallies;
    }
}
