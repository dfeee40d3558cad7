using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>Requests as they come: independent of each other (Poisson), each side bad with its own probability. Counts, never resets.</summary>
sealed class TrafficSource(Scenario scenario, SplitMix random)
{
    public RateCounts Candidate { get; private set; } = RateCounts.None;

    public RateCounts Stable { get; private set; } = RateCounts.None;

    /// <param name="time">Passes.</param>
    /// <param name="weight">The candidate's, all the while.</param>
    public void Pass(TimeSpan time, int weight)
    {
        var requests = scenario.RequestsPerSecond * time.TotalSeconds;
        Candidate = Add(Candidate, requests * weight / 100, scenario.CandidateShare);
        Stable = Add(Stable, requests * (100 - weight) / 100, scenario.StableShare);
    }

    RateCounts Add(RateCounts counts, double requests, double share)
    {
        var bad = random.NextPoisson(requests * share);
        return new RateCounts(counts.Total + bad + random.NextPoisson(requests * (1 - share)), counts.Bad + bad);
    }
}
