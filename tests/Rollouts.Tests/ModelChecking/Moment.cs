namespace Canario.Rollouts.Tests;

/// <summary>Everything that outlasts a look, with all times counted from now: two moments that are equal have equal futures.</summary>
/// <param name="Plan">Index in the model's plans.</param>
/// <param name="Paused">spec.paused.</param>
sealed record Moment(int Plan, bool Paused, RolloutState State);
