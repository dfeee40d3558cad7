using Canario.Contract;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>The machine's facts, and two that only the shell needs.</summary>
/// <param name="Serving">The configuration that stands for the stored state; null: nothing to serve yet.</param>
/// <param name="HasRouters">At least one router is ready, so that an acknowledgement may be waited for.</param>
sealed record Observed(Observation Facts, RouterConfiguration? Serving, bool HasRouters);
