namespace Canario.InferenceServer.Feedback;

/// <summary>What really was, of one prediction.</summary>
/// <param name="RequestId">That the prediction was answered with.</param>
/// <param name="Row">Of a request of many rows, from 0.</param>
/// <param name="Text">A class; null: <paramref name="Number"/> is given.</param>
/// <param name="Number">A value, or the index of a class.</param>
internal readonly record struct FeedbackItem(string RequestId, int Row, string? Text, double Number);
