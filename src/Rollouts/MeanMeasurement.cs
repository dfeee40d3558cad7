namespace Canario.Rollouts;

/// <summary>For Quality of a model that predicts numbers: absolute errors, of predictions whose truth is known. For Confidence: the largest class probabilities, whose squares nobody needs.</summary>
public sealed record MeanMeasurement(MeanCounts Candidate, MeanCounts Stable) : Measurement;
