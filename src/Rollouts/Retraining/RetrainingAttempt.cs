namespace Canario.Rollouts;

/// <summary>What came of a try to make the Job or to deliver the event.</summary>
/// <param name="Number">How many had failed before it: an answer is counted once.</param>
/// <param name="Error">Null: done.</param>
/// <param name="Final">Trying again would give the same.</param>
public sealed record RetrainingAttempt(string Id, int Number, string? Error, bool Final = false);
