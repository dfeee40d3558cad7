namespace Canario.Rollouts;

/// <param name="Weight">Share of the requests, 0 to 100.</param>
/// <param name="Mirror">Share of the other side's requests copied to it, 0 to 100.</param>
public sealed record TrafficShare(string Revision, int Weight, int Mirror);
