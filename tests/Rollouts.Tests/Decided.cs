namespace Canario.Rollouts.Tests;

/// <summary>One decision, with all that it was made of.</summary>
/// <param name="WorldBefore">What was asked for until then.</param>
sealed record Decided(RolloutPlan Plan, RolloutState Before, Observation Facts, Decision Decision, DateTimeOffset Now, World WorldBefore)
{
    public RolloutState Next => Decision.Next;

    public int Ready(string? revision) => Facts.Revisions.FirstOrDefault(r => r.Revision == revision)?.Ready ?? 0;

    public int Pods(string revision) => Facts.Revisions.FirstOrDefault(r => r.Revision == revision)?.Pods ?? 0;

    public bool Tells(string reason) => Decision.Transitions.Any(t => t.Reason == reason);
}
