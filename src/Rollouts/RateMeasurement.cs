namespace Canario.Rollouts;

/// <summary>For ErrorRate and Latency, and for Quality of a model that predicts classes.</summary>
/// <param name="Candidate">Counts in the candidate's window.</param>
/// <param name="Stable">Counts in stable's window.</param>
/// <param name="Concurrent">Both windows are the same, under one constant weight. False while baking, when stable's are from the steps before.</param>
public sealed record RateMeasurement(RateCounts Candidate, RateCounts Stable, bool Concurrent = true) : Measurement;
