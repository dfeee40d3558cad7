using Canario.Operator.Traffic;
using Canario.Rollouts;

namespace Canario.Operator.Reconcile;

/// <summary>The machine's facts, and what only the shell needs.</summary>
/// <param name="State">What the provider was asked about.</param>
/// <param name="Traffic">What it saw.</param>
sealed record Observed(Observation Facts, ITrafficProvider Provider, TrafficState State, TrafficReport Traffic);
