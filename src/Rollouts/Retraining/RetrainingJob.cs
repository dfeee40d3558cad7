namespace Canario.Rollouts;

/// <summary>A Job as seen.</summary>
/// <param name="Succeeded">Null: it is not finished.</param>
public sealed record RetrainingJob(string Id, bool? Succeeded, string Message);
