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

    /// <summary>Since the candidate's first traffic; from here both sides answer <see cref="FaultShare"/> of their requests badly, such as when a store that both ask is down…</summary>
    public TimeSpan? FaultFrom { get; init; }

    /// <summary>…until here.</summary>
    public TimeSpan? FaultUntil { get; init; }

    public double FaultShare { get; init; }

    public bool HasEffect => CandidateShare > StableShare;

    public bool IsFaulty(TimeSpan elapsed) => elapsed >= FaultFrom && elapsed < FaultUntil;

    public bool IsOut(TimeSpan elapsed) => elapsed >= OutageFrom && elapsed < OutageUntil;
}
