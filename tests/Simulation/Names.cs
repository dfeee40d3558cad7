using System.Globalization;
using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>Scenarios in words.</summary>
static class Names
{
    public static string Of(Scenario scenario) => scenario switch
    {
        { RequestsPerSecond: 0 } => "no traffic",
        { OutageFrom: not null } => $"{Rate(scenario)}, metrics out",
        _ => $"{Kind(scenario)} {Percent(scenario.StableShare)} to {Percent(scenario.CandidateShare)} at {Rate(scenario)}",
    };

    public static string Kind(Scenario scenario) => scenario.GateType == GateTypes.Latency ? "slow requests" : "errors";

    public static string Rate(Scenario scenario) => string.Create(CultureInfo.InvariantCulture, $"{scenario.RequestsPerSecond:0.##}/s");

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    public static string Time(TimeSpan? time) => time switch
    {
        null => "not within 8 h",
        { TotalMinutes: < 2 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds:0} s"),
        { TotalHours: < 2 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalMinutes:0} min"),
        { } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalHours:0.0} h"),
    };
}
