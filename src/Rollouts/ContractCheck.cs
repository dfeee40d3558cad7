namespace Canario.Rollouts;

/// <summary>A candidate's contract (what its model takes and answers) beside stable's.</summary>
/// <param name="Candidate">The revision that was looked at.</param>
/// <param name="Difference">What stable's callers would meet; null: nothing.</param>
public sealed record ContractCheck(string Candidate, string? Difference);
