namespace Canario.Rollouts;

/// <summary>Something beside the rollout that is worth an event, to be told after the state that it belongs to is stored.</summary>
/// <param name="Warning">Somebody should look.</param>
public sealed record Notice(string Reason, string Message, bool Warning = false);
