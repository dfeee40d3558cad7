namespace Canario.LoadGenerator;

/// <summary>Counters of a run, while it goes on or at its end.</summary>
public sealed record LoadReport
{
    public required double Seconds { get; init; }
    /// <summary>Requests that came due. <c>Succeeded + Failed + InFlight</c> is the same number.</summary>
    public required long Requests { get; init; }
    /// <summary>Answered with 2xx.</summary>
    public required long Succeeded { get; init; }
    public required long Failed { get; init; }
    public required int InFlight { get; init; }
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }
    /// <summary>By the answer's <c>x-canario-revision</c>; <see cref="NoRevision"/> where it had none.</summary>
    public required IReadOnlyDictionary<string, RevisionCount> ByRevision { get; init; }
    /// <summary>By reason: <c>connect</c>, <c>timeout</c>, <c>broken</c> (the connection ended early), <c>not sent</c>, or <c>status 502 (no endpoint)</c>.</summary>
    public required IReadOnlyDictionary<string, long> Failures { get; init; }
    /// <summary>The first of each reason, in words.</summary>
    public required IReadOnlyList<string> FirstFailures { get; init; }
    public required LatencySummary Latency { get; init; }
    /// <summary>Milliseconds by which a request was sent after it was due, at most. It is this tool's own delay, and part of the latency: one near the longest latency says that the machine stood still, not the server.</summary>
    public required double LongestLag { get; init; }

    public const string NoRevision = "(none)";

    public RevisionCount Of(string revision) => ByRevision.TryGetValue(revision, out var count) ? count : new RevisionCount(0, 0);
}
