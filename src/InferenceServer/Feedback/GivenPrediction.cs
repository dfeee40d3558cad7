namespace Canario.InferenceServer.Feedback;

/// <summary>What was predicted, without anything that it was predicted from.</summary>
/// <param name="Label">A class; null: <paramref name="Number"/> is the prediction.</param>
/// <param name="Number">A value.</param>
internal readonly record struct GivenPrediction(string? Label, double Number);
