namespace Canario.Rollouts;

/// <summary>Something worth an event and a metric, to be told after the state is stored.</summary>
/// <param name="Reason">A <see cref="RolloutReasons"/>, gate type or pod failure reason.</param>
/// <param name="Warning">Somebody should look.</param>
public sealed record Transition(RolloutPhase From, RolloutPhase To, string Reason, string Message, bool Warning = false);
