namespace Canario.Rollouts;

/// <summary>What follows from one look.</summary>
/// <param name="Findings">Every name that had enough samples.</param>
public sealed record DriftDecision(DriftState Next, IReadOnlyList<Notice> Notices, IReadOnlyList<DriftFinding> Findings);
