namespace Canario.Rollouts;

/// <param name="Revision">Name.</param>
/// <param name="Replicas">Of its Deployment; with autoscaling the least that it may have.</param>
/// <param name="Weight">Share of the traffic, 0 to 100.</param>
/// <param name="Mirror">Share of the other side's requests copied to it, 0 to 100.</param>
/// <param name="IsCandidate">On trial.</param>
public sealed record WorldRevision(string Revision, int Replicas, int Weight, int Mirror, bool IsCandidate);
