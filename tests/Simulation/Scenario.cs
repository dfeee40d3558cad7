using Canario.Rollouts;

namespace Canario.Simulation;

/// <summary>What a rollout meets: how much traffic, how bad each side is, and whether anybody can measure it.</summary>
sealed record Scenario
{
    /// <summary>Share of bad requests of a version that serves as it should. Everywhere the same, so that the effects are comparable.</summary>
    public const double BaseShare = 0.01;

    /// <summary><see cref="GateTypes.ErrorRate"/> or <see cref="GateTypes.Latency"/>: what a bad request is.</summary>
    public string GateType { get; init; } = GateTypes.ErrorRate;

    /// <summary>To stable and candidate together.</summary>
    public required double RequestsPerSecond { get; init; }

    public double StableShare { get; init; } = BaseShare;

    public double CandidateShare { get; init; } = BaseShare;

    /// <summary>Since the candidate's first traffic; from here nobody can measure…</summary>
    public TimeSpan? OutageFrom { get; init; }

    /// <summary>…until here.</summary>
    public TimeSpan? OutageUntil { get; init; }

    public bool HasEffect => CandidateShare > StableShare;

    public bool IsOut(TimeSpan elapsed) => elapsed >= OutageFrom && elapsed < OutageUntil;
}
