using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>All that is simulated.</summary>
static class Scenarios
{
    /// <summary>What is called a large regression.</summary>
    public const double Large = 0.05;

    /// <summary>None, small, medium, large.</summary>
    public static readonly IReadOnlyList<double> Shares = [Scenario.BaseShare, 0.012, 0.02, Large];

    /// <summary>Requests a second: six an hour would be no service; half a thousand is a busy one.</summary>
    public static readonly IReadOnlyList<double> Rates = [0.1, 2, 50, 500];

    public static readonly IReadOnlyList<Scenario> Errors =
        [.. Shares.SelectMany(share => Rates.Select(rate => new Scenario { RequestsPerSecond = rate, CandidateShare = share }))];

    public static readonly IReadOnlyList<Scenario> Slow =
        [.. new[] { Scenario.BaseShare, Large }.SelectMany(share => Rates.Select(rate => new Scenario { GateType = GateTypes.Latency, RequestsPerSecond = rate, CandidateShare = share }))];

    public static readonly Scenario NoTraffic = new() { RequestsPerSecond = 0 };

    /// <summary>In the middle of everybody's rollout: Argo Rollouts measures for the first time after ten minutes, the others are half done after five.</summary>
    public static readonly Scenario Outage = new() { RequestsPerSecond = 50, OutageFrom = TimeSpan.FromMinutes(5), OutageUntil = TimeSpan.FromMinutes(25) };

    public static readonly IReadOnlyList<Scenario> All = [.. Errors, .. Slow, NoTraffic, Outage];
}
