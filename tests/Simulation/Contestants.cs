using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>All contestants. A new one is one class and one line here.</summary>
static class Contestants
{
    /// <summary>Canario's default, and the yardstick for everybody: on fewer requests nothing should go on.</summary>
    public static readonly long MinSamples = new GateSpec { Name = "default", Type = GateTypes.ErrorRate }.MinSamples;

    /// <summary>Nobody is watched longer. Ten times what the slowest of them needs when it is not held up.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    public static readonly CanarioContestant Documented = new("Canario", maxShare: 0.01, maxRatioToStable: 1.5);
    public static readonly CanarioContestant Relative = new("Canario, relative", maxShare: null, maxRatioToStable: 1.5);
    public static readonly ArgoRolloutsContestant ArgoRollouts = new();
    public static readonly FlaggerContestant Flagger = new();

    public static readonly IReadOnlyList<IContestant> All = [Documented, Relative, ArgoRollouts, Flagger];
}
