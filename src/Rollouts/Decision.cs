namespace Canario.Rollouts;

/// <summary>What follows from the facts. Store <see cref="Next"/> first; then make the world so; then tell the transitions.</summary>
/// <param name="World">Always <c>RolloutMachine.World(plan, Next)</c>.</param>
/// <param name="CheckAgainIn">When time alone may change the decision; null: only an event can.</param>
public sealed record Decision(RolloutState Next, World World, IReadOnlyList<Transition> Transitions, TimeSpan? CheckAgainIn);
